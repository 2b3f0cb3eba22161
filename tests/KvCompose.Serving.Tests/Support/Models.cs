using KvCompose.Models;

namespace KvCompose.Serving.Tests.Support;

/// <summary>The embedded model, with a template of plain words, and pipelines over it.</summary>
internal static class Models
{
    public const string Story = "the old river was near the garden . the small boat was near the river . what is the number of the scarlet lantern ?";

    public static IReadOnlyList<ServedPipeline> Pipelines { get; } =
    [
        new("full", "every token", static (model, limits) => Full.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes })),
        new("bytes", "every token in bytes", static (model, limits) => Bytes.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes })),
        new("snap", "a quarter", static (model, limits) => Snap.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes })),
        new("streaming", "the latest", static (model, limits) => Streaming.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes })),
        new("hitters", "heavy hitters", static (model, limits) => Hitters.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes })),
        new("paged", "pages", static (model, limits) => Paged.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes })),
    ];

    public static LanguageModel Load() => LanguageModel.Load(
        Path.Combine(AppContext.BaseDirectory, "models", "needle"),
        new LanguageModelOptions { Threads = 1, ChatTemplate = "{% for m in messages %}{{ m.content }} {% endfor %}" });

    /// <summary>A prompt of words that the model knows, other words for other seeds.</summary>
    public static int[] Prompt(LanguageModel model, int seed, int tokens)
    {
        int[] words = model.Tokenizer.Encode(Story);
        var random = new Random(seed);
        return [.. Enumerable.Range(0, tokens).Select(_ => words[random.Next(words.Length)])];
    }

    /// <summary>What a session of one sequence answers greedily: the expectation for everything that is scheduled.</summary>
    public static int[] Alone(LanguageModel model, ServedPipeline pipeline, IReadOnlyList<int> prompt, int tokens)
    {
        using KvSession session = pipeline.Open(model, new SessionLimits(1, 0));
        session.Prefill([.. prompt]);
        return [.. session.Decode(tokens)];
    }
}
