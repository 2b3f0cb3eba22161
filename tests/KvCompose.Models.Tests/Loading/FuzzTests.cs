using System.Text;
using KvCompose.Models.Files.Safetensors;
using KvCompose.Models.Networks;
using KvCompose.Models.Tests.Support;
using KvCompose.Models.Tests.Tokenizers;
using KvCompose.Models.Tokenizers;
using KvCompose.Models.Tokenizers.Vocabularies.Json;

namespace KvCompose.Models.Tests.Loading;

/// <summary>Mutated files: whatever is in them, only the documented exceptions appear, and no file makes its reader allocate much.</summary>
public sealed class FuzzTests
{
    private const long MaxBytes = 8 << 20; // Beside the files themselves, of a few KiB.

    [Fact]
    public void Configuration_Mutated_GivesOnlyTheDocumentedException()
    {
        byte[] whole = Encoding.UTF8.GetBytes(TinyModel.Configuration.Replace("\"rope_theta\"",
            "\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0},\"rope_theta\""));

        Mutate<ModelConfigurationException>(whole, 4000, seed: 1, bytes => ConfigurationReader.Parse(bytes, "config.json"));
    }

    [Fact]
    public void Header_Mutated_GivesOnlyTheDocumentedException()
    {
        byte[] file = TinyModel.Safetensors();
        int length = (int)BitConverter.ToUInt64(file);

        Mutate<CheckpointFormatException>(
            file[8..(8 + length)], 4000, seed: 2, bytes => SafetensorsHeader.Parse(bytes, file.Length - 8 - length, "model.safetensors"));
    }

    [Fact]
    public void ShardIndex_Mutated_GivesOnlyTheDocumentedException()
    {
        byte[] whole = """{"metadata":{"total_size":1},"weight_map":{"a.weight":"m-1.safetensors","b.weight":"m-2.safetensors"}}"""u8.ToArray();

        Mutate<CheckpointFormatException>(whole, 2000, seed: 3, bytes => ShardIndex.Parse(bytes, "model.safetensors.index.json"));
    }

    [Fact]
    public void WordLevelTokenizer_Mutated_GivesOnlyTheDocumentedException()
        => Mutate<TokenizerFormatException>(
            Encoding.UTF8.GetBytes(ExpectedCase.WordTokenizer(9)), 2000, seed: 4, bytes => TokenizerReader.Parse(bytes, "tokenizer.json"));

    [Fact]
    public void BytePairTokenizer_Mutated_GivesOnlyTheDocumentedException()
    {
        byte[] whole = Encoding.UTF8.GetBytes(TestTokenizers.BytePairJson(
            TestTokenizers.Llama3PreTokenizer(), [new { id = 500, content = "<s>", special = true }],
            new
            {
                type = "TemplateProcessing",
                single = new object[] { new { SpecialToken = new { id = "<s>" } }, new { Sequence = new { id = "A" } } },
                special_tokens = new Dictionary<string, object> { ["<s>"] = new { ids = new[] { 500 } } },
            },
            new { type = "NFC" }));

        Mutate<TokenizerFormatException>(whole, 2000, seed: 5, bytes => TokenizerReader.Parse(bytes, "tokenizer.json"));
    }

    /// <summary>Whole tokenizers of every model: loading, encoding and decoding. KVCOMPOSE_FUZZ gives another number of files.</summary>
    [Theory]
    [InlineData("unk_fused", 20)]
    [InlineData("bert_uncased_like", 21)]
    [InlineData("unigram_bytes_nfkc", 22)]
    [InlineData("added_flags", 23)]
    [InlineData("deepseek_v3_like", 24)]
    public void Tokenizer_Mutated_GivesOnlyTheDocumentedExceptions(string name, int seed)
    {
        int cases = int.TryParse(Environment.GetEnvironmentVariable("KVCOMPOSE_FUZZ"), out int wanted) ? wanted / 5 : 150;
        byte[] whole = Shrink(File.ReadAllBytes(Path.Combine(VectorTests.Folder, name, "tokenizer.json")));
        Mutate<TokenizerFormatException>(whole, cases, seed, bytes =>
        {
            Tokenizer tokenizer = TokenizerReader.Parse(bytes, "tokenizer.json");
            try
            {
                int[] ids = tokenizer.Encode("Hello <s>world</s> é 123 [MASK] 日本 😀\n", new EncodeOptions { ParseSpecialTokens = true, ApplyFileLimits = true });
                tokenizer.Decode(ids[..Math.Min(ids.Length, 1000)]);
            }
            catch (ArgumentException)
            {
                // Some text has no token: documented.
            }
        });
    }

    /// <summary>A file with fewer tokens, so that mutations meet its structure too.</summary>
    private static byte[] Shrink(byte[] file)
    {
        var root = System.Text.Json.Nodes.JsonNode.Parse(file)!.AsObject();
        var model = root["model"]!.AsObject();
        if (model["merges"] is System.Text.Json.Nodes.JsonArray merges)
        {
            while (merges.Count > 5)
            {
                merges.RemoveAt(merges.Count - 1);
            }
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("model.safetensors")]
    public void Folder_OneFileMutated_GivesOnlyTheDocumentedExceptions(string file)
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        byte[] whole = File.ReadAllBytes(folder.File(file));

        Mutate<ModelLoadException>(whole, 400, seed: 6, bytes =>
        {
            File.WriteAllBytes(folder.File(file), bytes);
            TinyModel.Load(folder);
        });
    }

    private static void Mutate<TException>(byte[] whole, int cases, int seed, Action<byte[]> read)
        where TException : ModelLoadException
    {
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < cases; i++)
        {
            byte[] mutated = Mutation.Apply(whole, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(mutated);
            }
            catch (TException exception)
            {
                refused++;
                Assert.True(exception.Message.Length < 2000, exception.Message);
            }
            catch (Exception exception)
            {
                Assert.Fail($"case {i}: {exception}\n{Encoding.UTF8.GetString(mutated)}");
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MaxBytes, $"case {i} allocated {allocated} bytes\n{Encoding.UTF8.GetString(mutated)}");
        }

        Assert.True(refused > cases / 4, $"only {refused} of {cases} cases were refused: the mutations do nothing");
    }
}
