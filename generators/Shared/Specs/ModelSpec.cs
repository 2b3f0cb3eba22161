namespace KvCompose.Shared.Specs;

/// <summary>The shape of the model that a pipeline names.</summary>
/// <param name="File">Its configuration, as the declaration names it.</param>
/// <param name="Layers">L.</param>
/// <param name="QueryHeads">Hq.</param>
/// <param name="KeyValueHeads">Hkv.</param>
/// <param name="HeadDim">d.</param>
/// <param name="Context">Longest sequence.</param>
internal sealed record ModelSpec(string File, int Layers, int QueryHeads, int KeyValueHeads, int HeadDim, int Context)
{
    /// <summary>Why layers need every token, as the end of a sentence; empty where none does.</summary>
    public string NeedsEveryToken { get; init; } = "";
}
