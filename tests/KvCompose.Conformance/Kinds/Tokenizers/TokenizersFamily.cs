using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.Tokenizers;

/// <summary>The kinds of the tokenizer vectors.</summary>
public static class TokenizersFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
    [
        new CasesKind(),
        new NormalizersKind(),
        new PreTokenizersKind(),
        new DecodersKind(),
        new InvalidInputKind(),
        new GgufVocabularyKind(),
        new PreNamesKind(),
        new CheckpointTokensKind(),
    ];
}
