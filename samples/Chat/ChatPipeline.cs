using KvCompose.Models;

namespace KvCompose.Samples.Chat;

/// <summary>A pipeline that a conversation can run under.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Description">What it keeps, in a few words.</param>
/// <param name="Open">Opens a session.</param>
internal sealed record ChatPipeline(string Name, string Description, Func<LanguageModel, int, KvSession> Open)
{
    /// <summary>All pipelines of this sample. The first is the default.</summary>
    public static IReadOnlyList<ChatPipeline> All { get; } =
    [
        new("full", "every token, fp16", static (model, sequences) => Full.Open(model, new() { Sequences = sequences })),
        new("int8", "every token, int8", static (model, sequences) => Int8.Open(model, new() { Sequences = sequences })),
        new("snap", "SnapKV, an eighth of the prompt", static (model, sequences) => Snap.Open(model, new() { Sequences = sequences })),
        new("ada", "SnapKV with Ada-KV heads, an eighth", static (model, sequences) => Ada.Open(model, new() { Sequences = sequences })),
        new("cake", "CAKE, 512 tokens a head", static (model, sequences) => Cake.Open(model, new() { Sequences = sequences })),
        new("streaming", "StreamingLLM, 1024 tokens", static (model, sequences) => Streaming.Open(model, new() { Sequences = sequences })),
        new("h2o", "H2O, 1024 tokens", static (model, sequences) => HeavyHitters.Open(model, new() { Sequences = sequences })),
    ];

    /// <exception cref="WrongArgumentException">There is no such pipeline.</exception>
    public static ChatPipeline Find(string name) => All.FirstOrDefault(pipeline => pipeline.Name == name)
        ?? throw new WrongArgumentException($"there is no pipeline '{name}': {string.Join(", ", All.Select(static pipeline => pipeline.Name))}");
}
