using System.Text;
using KvCompose.Models.Files;
using KvCompose.Models.Files.Safetensors;
using KvCompose.Models.Tests.Support;

namespace KvCompose.Models.Tests.Loading;

public sealed class SafetensorsTests
{
    private const string File = "model.safetensors";

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "[0, 8]")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "does not fill its 8 bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "does not fill its 0 bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,8],"data_offsets":[0,8]}}""", 8, "does not fill")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "shape of 'w'")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "[8, 0]")]
    [InlineData("""{"w":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", 8, "F31")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}""", 8, "unknown field 'x'")]
    [InlineData("""{"w":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "lacks")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "12 bytes of data")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "begins at byte 4")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"v":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "begins at byte")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "twice")]
    [InlineData("""{"w":[1]}""", 0, "'w'")]
    [InlineData("[]", 0, "the header")]
    [InlineData("{", 0, "not JSON")]
    public void Parse_ContradictoryHeader_NamesWhatIsWrong(string header, int dataBytes, string problem)
    {
        var exception = Assert.Throws<CheckpointFormatException>(
            () => SafetensorsHeader.Parse(Encoding.UTF8.GetBytes(header), dataBytes, File));

        Assert.Equal(File, exception.File);
        Assert.Contains(problem, exception.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Open_ShorterThanALength_Throws(int bytes) => OpenFails(new byte[bytes], $"{bytes} bytes long");

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 40)]
    [InlineData(99_000_000UL)]
    public void Open_HeaderLongerThanTheFile_ThrowsBeforeAllocating(ulong length)
    {
        byte[] file = [.. BitConverter.GetBytes(length), .. "{}"u8];

        long before = GC.GetAllocatedBytesForCurrentThread();
        OpenFails(file, $"header length is {length}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    [InlineData("BF16")]
    public void Read_EveryType_GivesTheNumbers(string type)
    {
        float[] numbers = [.. Enumerable.Range(0, 37).Select(i => (i - 20) * 0.25f)]; // Exact in all three.
        using var folder = new TemporaryFolder();
        System.IO.File.WriteAllBytes(folder.File(File), SafetensorsWriter.Write([("w", [37], numbers)], type));
        using var checkpoint = Checkpoint.Open(folder.Path);
        var read = new float[37];

        TensorNumbers.Read(checkpoint.Require("w", 37), read);

        Assert.Equal(numbers, read);
    }

    [Theory]
    [InlineData("F32", float.NaN)]
    [InlineData("F16", float.PositiveInfinity)]
    [InlineData("BF16", float.NaN)]
    [InlineData("BF16", float.NegativeInfinity)]
    public void Read_NumberNotFinite_NamesTensorAndElement(string type, float bad)
    {
        float[] numbers = new float[50];
        numbers[33] = bad;
        using var folder = new TemporaryFolder();
        System.IO.File.WriteAllBytes(folder.File(File), SafetensorsWriter.Write([("some.weight", [50], numbers)], type));
        using var checkpoint = Checkpoint.Open(folder.Path);

        var exception = Assert.Throws<CheckpointFormatException>(() => TensorNumbers.Read(checkpoint.Require("some.weight", 50), new float[50]));

        Assert.Contains("element 33 of tensor 'some.weight'", exception.Message);
    }

    private static void OpenFails(byte[] content, string problem)
    {
        using var folder = new TemporaryFolder();
        System.IO.File.WriteAllBytes(folder.File(File), content);
        Assert.Contains(problem, Assert.Throws<CheckpointFormatException>(() => SafetensorsFile.Open(folder.File(File))).Message);
    }
}
