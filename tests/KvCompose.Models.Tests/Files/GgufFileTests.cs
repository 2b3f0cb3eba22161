using KvCompose.Models.Files.Gguf;
using KvCompose.Models.Tests.Loading;
using KvCompose.Models.Tests.Support;

namespace KvCompose.Models.Tests.Files;

public sealed unsafe class GgufFileTests
{
    [Theory]
    [InlineData(8u)]
    [InlineData(16u)]
    [InlineData(32u)]
    [InlineData(4096u)]
    public void Tensors_EveryAlignment_HaveTheirOwnBytes(uint alignment)
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = new GgufWriter { Alignment = alignment }.Add("general.alignment", alignment)
            .Tensor("a", [4], [1, 2, 3, 4]).Tensor("b", [1, 4], [5, 6, 7, 8]).Tensor("c", [4], [9, 10, 11, 12]).Write();
        using GgufFile file = Open(folder, bytes);

        Assert.Equal(["a", "b", "c"], file.Tensors.Select(tensor => tensor.Name));
        for (int i = 0; i < 12; i++)
        {
            Assert.Equal(i + 1, ((float*)file.Tensors[i / 4].Data)[i % 4]);
        }
    }

    /// <summary>Every number that a type can have: read with the right size, or refused by tensor and type.</summary>
    [Fact]
    public void Open_EveryTypeNumber_IsReadOrRefusedByName()
    {
        using var folder = new TemporaryFolder();
        uint[] read = [0, 1, 2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 20, 23, 24, 25, 26, 27, 28, 30, 39];
        for (uint type = 0; type <= 41; type++)
        {
            byte[] bytes = new GgufWriter().Tensor("odd", [256], type, new byte[2048]).Write();
            if (read.Contains(type))
            {
                using GgufFile file = Open(folder, bytes);
                Assert.Equal((int)type, (int)file.Tensors[0].Type);
            }
            else
            {
                string message = Assert.Throws<CheckpointFormatException>(() => Open(folder, bytes)).Message;
                Assert.Contains("tensor 'odd'", message);
                Assert.Contains($"type {type}", message);
            }
        }
    }

    [Fact]
    public void Open_LfsPointer_SaysWhatToDo()
    {
        using var folder = new TemporaryFolder();
        byte[] pointer = [.. "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1234\n"u8];

        Assert.Contains("git lfs pull", Assert.Throws<CheckpointFormatException>(() => Open(folder, pointer)).Message);
    }

    [Fact]
    public void Metadata_WrongType_NamesKeyAndValue()
    {
        using var folder = new TemporaryFolder();
        using GgufFile file = Open(folder, new GgufWriter()
            .Add("f", 1f).Add("n", -3L).Add("same", new[] { 4u, 4u }).Add("differ", new[] { 4u, 5u }).Add("s", "text").Write());

        Assert.Equal(-3, file.Metadata.Integer("n", -5, 5));
        Assert.Equal(4, file.Metadata.Integer("same", 0, 9));
        Assert.Equal(1, file.Metadata.Number("f", 0, 2));
        Assert.Equal("text", file.Metadata.Text("s"));
        Assert.Equal(7, file.Metadata.Integer("absent", 0, 9, 7));
        Assert.Contains("'f' is Float32 1", Assert.Throws<ModelConfigurationException>(() => file.Metadata.Integer("f", 0, 9)).Message);
        Assert.Contains("'n' is Int64 -3", Assert.Throws<ModelConfigurationException>(() => file.Metadata.Integer("n", 0, 9)).Message);
        Assert.Contains("'differ'", Assert.Throws<ModelConfigurationException>(() => file.Metadata.Integer("differ", 0, 9)).Message);
        Assert.Contains("'s' is \"text\"", Assert.Throws<ModelConfigurationException>(() => file.Metadata.Flag("s", false)).Message);
        Assert.Contains("'gone' is missing", Assert.Throws<ModelConfigurationException>(() => file.Metadata.RequiredText("gone")).Message);
    }

    [Fact]
    public void CheckUnchanged_FileWrittenTo_NamesIt()
    {
        using var folder = new TemporaryFolder();
        using GgufFile file = Open(folder, new GgufWriter().Tensor("a", [64], new float[64]).Write());
        file.File.CheckUnchanged();
        using (FileStream stream = File.Open(folder.File("m.gguf"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.SetLength(100);
        }

        Assert.Contains("has changed", Assert.Throws<CheckpointFormatException>(file.File.CheckUnchanged).Message);
    }

    /// <summary>KVCOMPOSE_FUZZ sets another number of mutations.</summary>
    [Fact]
    public void Open_Mutated_GivesOnlyTheDocumentedException()
    {
        int cases = int.TryParse(Environment.GetEnvironmentVariable("KVCOMPOSE_FUZZ"), out int wanted) ? wanted : 3000;
        byte[] whole = new GgufWriter().Add("general.architecture", "llama").Add("a.list", new[] { "x", "yz" }).Add("n", 3u)
            .Add("numbers", new[] { 1f, 2f }).Tensor("a", [2, 32], 2, new byte[36]).Tensor("b", [3], [1, 2, 3]).Write();
        var random = new Random(11);
        int refused = 0;
        for (int i = 0; i < cases; i++)
        {
            byte[] mutated = Mutation.Apply(whole, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                fixed (byte* start = mutated)
                {
                    GgufHeader.Read(start, mutated.Length, "m.gguf");
                }
            }
            catch (CheckpointFormatException)
            {
                refused++;
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 1 << 20, $"case {i} allocated {allocated} bytes");
        }

        Assert.True(refused > cases / 4, $"only {refused} of {cases} cases were refused: the mutations do nothing");
    }

    private static GgufFile Open(TemporaryFolder folder, byte[] bytes)
    {
        string path = folder.File("m.gguf");
        File.WriteAllBytes(path, bytes);
        return GgufFile.Open(path);
    }
}
