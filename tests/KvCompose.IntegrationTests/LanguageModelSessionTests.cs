using System.Runtime.InteropServices;
using System.Text.Json;
using KvCompose.Models;
using KvCompose.Tests.Conformance;

namespace KvCompose.IntegrationTests;

[KvPipeline(HeadDim = 16, GroupSize = 2, PageTokens = 16)]
[FullCache]
internal sealed partial class FullCacheOfTinyLlama;

/// <summary>Sessions over models as people have them on disk.</summary>
public sealed class LanguageModelSessionTests
{
    private const float Tolerance = 5e-4f;

    /// <summary>The vector's logits come from the family's reference; here they come out of the emitted session.</summary>
    [Fact]
    public void FullCache_OverAPublishedFolder_GivesTheLogitsOfTheReference()
    {
        using JsonDocument vector = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "case_0.json")));
        JsonElement root = vector.RootElement, decode = root.GetProperty("decode");
        using LanguageModel model = LanguageModel.Load(Folder, new LanguageModelOptions { Threads = 2 });
        using var session = FullCacheOfTinyLlama.Open(model);
        session.Prefill(Integers(root.GetProperty("prompt")));
        float[] prompt = Floats(root.GetProperty("logits")), steps = Floats(decode.GetProperty("logits"));
        int vocabulary = model.Shape.Vocabulary;
        AssertNear(prompt.AsSpan(prompt.Length - vocabulary), session.Logits());

        int[] tokens = Integers(decode.GetProperty("tokens"));
        for (int step = 0; step < tokens.Length; step++)
        {
            session.Step([tokens[step]]);
            AssertNear(steps.AsSpan(step * vocabulary, vocabulary), session.Logits());
        }
    }

    [Fact]
    public void Open_LayerWithAWindowThatTheContextFitsInto_HasNone()
    {
        using var folder = new TemporaryModel("\"model_type\": \"mistral\", \"sliding_window\": 24");
        using LanguageModel shorter = LanguageModel.Load(folder.Path, new LanguageModelOptions { Threads = 1, Context = 24 });
        using var session = FullCacheOfTinyLlama.Open(shorter);
        int[] tokens = [.. Enumerable.Range(0, 24)];
        session.Prefill(tokens);
        Assert.Equal(0, session.Usage.WindowedLayers);
        AssertNear(shorter.Forward(tokens).AsSpan(23 * shorter.Shape.Vocabulary), session.Logits());
        Assert.Throws<ContextExceededException>(() => session.Prefill([.. tokens, 1]));
    }

    private static string Folder => OpenVectors.Path("families", "llama-plain");

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], Tolerance);
        }
    }

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetInt32())];

    private static float[] Floats(JsonElement tensor)
        => MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(tensor.GetProperty("f32").GetString()!)).ToArray();

    /// <summary>The tiny model with another family and further fields in its configuration.</summary>
    private sealed class TemporaryModel : IDisposable
    {
        public TemporaryModel(string fields)
        {
            string configuration = File.ReadAllText(System.IO.Path.Combine(Folder, "config.json")).Replace("\"model_type\": \"llama\"", fields);
            Assert.Contains(fields, configuration);
            File.WriteAllText(System.IO.Path.Combine(Path, "config.json"), configuration);
            File.Copy(System.IO.Path.Combine(Folder, "model.safetensors"), System.IO.Path.Combine(Path, "model.safetensors"));
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("kvcompose-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
