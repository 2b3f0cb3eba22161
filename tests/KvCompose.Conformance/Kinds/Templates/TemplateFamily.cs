using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.Templates;

/// <summary>The kinds of the chat template vectors.</summary>
public static class TemplateFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
    [
        new SnippetsKind(),
        new ChatKind(),
        new GenerationKind(),
        new ContinuationKind(),
    ];
}
