using System.Diagnostics;
using KvCompose.Models.Files.Gguf;
using KvCompose.Models.Templates;
using KvCompose.Models.Tests.Support;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Models.Tests.Loading;

/// <summary>
/// Mutated GGUF files: whatever is in them, only the documented exceptions appear, and no file makes its reader take much memory. What loads is used.
/// KVCOMPOSE_FUZZ gives another number of files.
/// </summary>
public sealed class GgufFuzzTests
{
    private const long MaxManagedBytes = 64 << 20; // Beside files of at most 70 KiB.
    private const long MaxProcessBytes = 1L << 30; // Growth of the whole process, other tests included.
    private const int Kinds = 5;

    private static int Cases(int few) => int.TryParse(Environment.GetEnvironmentVariable("KVCOMPOSE_FUZZ"), out int wanted) ? wanted / Kinds : few;

    [Fact]
    public void Model_Mutated_GivesOnlyTheDocumentedExceptions()
        => Mutate(Path("models", "llama-untied-mixed.gguf"), header: 6_100, Cases(400), seed: 1, static file => UseModel(file));

    [Fact]
    public void Vocabulary_Mutated_GivesOnlyTheDocumentedExceptions()
        => Mutate(Path("models", "llama-untied-mixed.gguf"), header: 5_600, Cases(400), seed: 2, static file =>
        {
            try
            {
                int[] ids = Tokenizer.LoadGguf(file).Encode("Hello <s>world</s> é 123 日本 😀\n");
                _ = ids.Length;
            }
            catch (ArgumentException)
            {
                // Some text has no token: documented.
            }
        });

    [Theory]
    [InlineData("all-types.gguf", 8_000, 3)]
    [InlineData("many-strings.gguf", 57_000, 4)]
    [InlineData("names.gguf", 1_300, 5)]
    public void Container_Mutated_GivesOnlyTheDocumentedExceptions(string name, int header, int seed)
        => Mutate(Path("files", name), header, Cases(400), seed, static file =>
        {
            using GgufModel model = GgufModel.Open(file);
            _ = model.Files.Count;
        });

    private static void UseModel(string file)
    {
        using LanguageModel model = LanguageModel.Load(file, new LanguageModelOptions { Threads = 1 });
        int[] tokens = [.. Enumerable.Range(0, Math.Min(3, Math.Min(model.Context, model.Shape.Vocabulary)))];
        Assert.Equal(tokens.Length * model.Shape.Vocabulary, model.Forward(tokens).Length);
        try
        {
            _ = model.ChatFormat;
        }
        catch (ChatTemplateException)
        {
            // The template cannot be parsed: documented.
        }
    }

    private static void Mutate(string original, int header, int cases, int seed, Action<string> read)
    {
        using var folder = new TemporaryFolder();
        byte[] whole = File.ReadAllBytes(original);
        var random = new Random(seed);
        using var process = Process.GetCurrentProcess();
        long workingSet = process.WorkingSet64;
        int refused = 0;
        for (int i = 0; i < cases; i++)
        {
            string file = folder.File("mutated.gguf");
            File.WriteAllBytes(file, GgufMutation.Apply(whole, header, random));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(file);
            }
            catch (ModelLoadException exception)
            {
                refused++;
                Assert.True(exception.Message.Length < 2000, exception.Message);
            }
            catch (Exception exception)
            {
                Assert.Fail($"case {i}, seed {seed}: {exception}");
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MaxManagedBytes, $"case {i}, seed {seed} allocated {allocated} bytes");
            process.Refresh();
            Assert.True(process.WorkingSet64 - workingSet < MaxProcessBytes, $"case {i}, seed {seed}: the process grew by {process.WorkingSet64 - workingSet} bytes");
        }

        Assert.True(refused > cases / 4, $"only {refused} of {cases} files were refused: the mutations do nothing");
    }

    private static string Path(string folder, string name)
    {
        for (var above = new DirectoryInfo(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            string path = System.IO.Path.Combine(above.FullName, "tests", "vectors", "gguf", folder, name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException($"tests/vectors/gguf/{folder}/{name} is not above the tests");
    }
}
