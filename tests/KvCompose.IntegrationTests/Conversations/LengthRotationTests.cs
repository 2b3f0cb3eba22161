using System.Runtime.InteropServices;
using System.Text.Json;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Models;
using KvCompose.Tests.Conformance;

namespace KvCompose.IntegrationTests.Conversations;

[KvPipeline(PageTokens = 16)]
[UniformBudget(Tokens = 24)]
[SnapKv(Window = 8)]
internal sealed partial class Snapped;

/// <summary>
/// Rotations that depend on the length. Dynamic: a key keeps the rotation that it got. LongRoPE: behind the original context of 48 tokens all keys are
/// computed anew. The vectors are the reference implementation's.
/// </summary>
public sealed class LengthRotationTests
{
    private const float Tolerance = 5e-4f;
    private const int Original = 48;

    [Theory]
    [InlineData("llama-dynamic", "logits", 0)]
    [InlineData("phi3-longrope", "recomputed_logits", 1)]
    public void Step_AcrossTheOriginalContext_GivesTheLogitsOfTheReference(string family, string field, int recomputations)
    {
        Vector vector = Vector.Read(family);
        using LanguageModel model = Load(family);
        using KvSession session = AnyHeads.Open(model);
        for (int again = 1; again <= 2; again++)
        {
            session.Prefill(vector.Prompt);
            AssertNear(vector.PromptRow, session.Logits());
            for (int step = 0; step < vector.Tokens.Length; step++)
            {
                session.Step([vector.Tokens[step]]);
                AssertNear(vector.Row(field, step), session.Logits());
            }

            Assert.Equal(again * recomputations, session.Usage.Recomputations);
        }
    }

    [Fact]
    public void Step_OfSeveralSequences_RotatesEachByItsOwnLength()
    {
        Vector vector = Vector.Read("llama-dynamic");
        using LanguageModel model = Load("llama-dynamic");
        using KvSession session = AnyHeads.Open(model, new() { Sequences = 3 });
        session.Prefill(0, vector.Prompt);
        session.Prefill(1, vector.Prompt.AsSpan(..20));
        session.Prefill(2, vector.Prompt);
        session.Step([-1, -1, vector.Tokens[0]]);
        for (int step = 0; step + 1 < vector.Tokens.Length; step++)
        {
            session.Step([vector.Tokens[step], 5, vector.Tokens[step + 1]]);
            AssertNear(vector.Row("logits", step), session.Logits(0));
            AssertNear(vector.Row("logits", step + 1), session.Logits(2));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(42)]
    public void Append_AcrossTheOriginalContextOfLongRope_GivesTheLogitsOfOnePrompt(int first)
    {
        Vector vector = Vector.Read("phi3-longrope");
        int[] whole = [.. vector.Prompt, .. vector.Tokens];
        using LanguageModel model = Load("phi3-longrope");
        using KvSession session = AnyHeads.Open(model);
        session.Prefill(whole.AsSpan(..first));
        session.Append(whole.AsSpan(first..));
        AssertNear(vector.Row("recomputed_logits", vector.Tokens.Length - 1), session.Logits());
        Assert.Equal(1, session.Usage.Recomputations);
    }

    [Fact]
    public void Append_BeyondTheLengthOfDynamic_RotatesTheWholeChunkByTheTotalLength()
    {
        // A chunk behind one token equals a prompt but for the key of that token; its rotation at position 0 is none at any base.
        Vector vector = Vector.Read("llama-dynamic");
        int[] whole = [.. vector.Prompt, .. vector.Tokens];
        using LanguageModel model = Load("llama-dynamic");
        using KvSession session = AnyHeads.Open(model);
        session.Prefill(whole.AsSpan(..1));
        session.Append(whole.AsSpan(1..));
        AssertNear(vector.Row("recomputed_logits", vector.Tokens.Length - 1), session.Logits());
    }

    [Fact]
    public void Step_OfASelection_CompressesAnew()
    {
        int[] tokens = Vector.Read("phi3-longrope").Prompt;
        using LanguageModel model = Load("phi3-longrope"), rotatedForLong = Load("phi3-longrope", 384);
        using KvSession session = Snapped.Open(model), fresh = Snapped.Open(rotatedForLong);
        session.Prefill(tokens.AsSpan(..40));
        for (int i = 0; i < Original - 40; i++)
        {
            session.Step([tokens[i]]);
        }

        int[] seen = [.. tokens[..40], .. tokens[..(Original - 40)]];
        Assert.Equal(24 + Original - 40, session.Positions(1, 0).Length);
        session.Step([7]);
        fresh.Prefill(seen);
        fresh.Step([7]);
        Assert.Equal(fresh.Positions(1, 0), session.Positions(1, 0));
        AssertNear(fresh.Logits(), session.Logits());
        Assert.Equal((1, 0), (session.Usage.Recomputations, fresh.Usage.Recomputations));
    }

    [Fact]
    public void Rewind_BehindTheChangeOfRotation_IsRefused()
    {
        Vector vector = Vector.Read("phi3-longrope");
        using LanguageModel model = Load("phi3-longrope");
        using KvSession session = AnyHeads.Open(model, new() { Sequences = 2 });
        session.Prefill(vector.Prompt);
        session.Append(vector.Tokens);
        RewindException problem = Assert.Throws<RewindException>(() => session.Rewind(Original));
        Assert.Contains("rotated for more than 48 tokens", problem.Message, StringComparison.Ordinal);
        session.Rewind(Original + 1);
        session.Fork(0, 1);
        session.Append(1, vector.Tokens.AsSpan((Original + 1 - vector.Prompt.Length)..));
        AssertNear(vector.Row("recomputed_logits", vector.Tokens.Length - 1), session.Logits(1));
        Assert.Equal(1, session.Usage.Recomputations);
    }

    [Fact]
    public void Step_CancelledBeforeTheRecomputation_LeavesTheSequence()
    {
        Vector vector = Vector.Read("phi3-longrope");
        using LanguageModel model = Load("phi3-longrope");
        using KvSession session = AnyHeads.Open(model);
        session.Prefill(vector.Prompt);
        Assert.Throws<OperationCanceledException>(() => session.Append(vector.Tokens, new CancellationToken(canceled: true)));
        Assert.Equal(vector.Prompt.Length, session.Length());
        AssertNear(vector.PromptRow, session.Logits());
    }

    [Fact]
    public void Step_SequenceWithoutItsTokens_IsRefused()
    {
        using LanguageModel model = Load("phi3-longrope");
        using KvSession session = AnyHeads.Open(model);
        session.FillRandom(Original, 1);
        InvalidOperationException problem = Assert.Throws<InvalidOperationException>(() => session.Step([1]));
        Assert.Contains("cannot have more than 48 tokens", problem.Message, StringComparison.Ordinal);
        Assert.Equal(Original, session.Length());
    }

    private static LanguageModel Load(string family, int context = 0)
        => LanguageModel.Load(OpenVectors.Path("families", family), new LanguageModelOptions { Threads = 2, Context = context });

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance, $"token {i}: {expected[i]} expected, {actual[i]} found");
        }
    }

    private sealed class Vector(JsonElement root)
    {
        public int[] Prompt => Integers(root.GetProperty("prompt"));

        public int[] Tokens => Integers(root.GetProperty("decode").GetProperty("tokens"));

        public ReadOnlySpan<float> PromptRow => Floats(root.GetProperty("logits"))[^Vocabulary..];

        private int Vocabulary => root.GetProperty("logits").GetProperty("shape")[1].GetInt32();

        public static Vector Read(string family)
        {
            using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(OpenVectors.Path("families", family), "case_1.json")));
            return new Vector(file.RootElement.Clone());
        }

        public ReadOnlySpan<float> Row(string field, int step) => Floats(root.GetProperty("decode").GetProperty(field)).Slice(step * Vocabulary, Vocabulary);

        private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetInt32())];

        private static ReadOnlySpan<float> Floats(JsonElement tensor)
            => MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(tensor.GetProperty("f32").GetString()!));
    }
}
