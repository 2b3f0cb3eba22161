namespace KvCompose.Samples.Needle;

/// <summary>What the verb <c>retrieval</c> is asked for.</summary>
/// <param name="Length">Tokens of a text.</param>
/// <param name="Texts">How many texts.</param>
/// <param name="Seed">Decides the texts.</param>
/// <param name="File">Where the table is written to.</param>
/// <param name="Model">The model's file or folder; null for the embedded one.</param>
internal sealed record RetrievalArguments(int Length, int Texts, ulong Seed, string File, string? Model);
