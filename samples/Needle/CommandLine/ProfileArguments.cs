namespace KvCompose.Samples.Needle;

/// <summary>What the verb <c>profile</c> is asked for.</summary>
/// <param name="Length">Tokens of a text.</param>
/// <param name="Texts">How many texts.</param>
/// <param name="Seed">Decides the texts.</param>
/// <param name="Top">Tokens of an important set, 0 for the method's share of the prompt.</param>
/// <param name="Stable">τs of the method.</param>
/// <param name="Similar">τm of the method.</param>
/// <param name="File">Where the profile is written to.</param>
/// <param name="Model">The model's file or folder; null for the embedded one.</param>
internal sealed record ProfileArguments(int Length, int Texts, ulong Seed, int Top, double Stable, double Similar, string File, string? Model);
