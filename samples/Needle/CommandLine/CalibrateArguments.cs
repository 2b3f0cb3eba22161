namespace KvCompose.Samples.Needle;

/// <summary>What the verb <c>calibrate</c> is asked for.</summary>
/// <param name="Length">Tokens of a text.</param>
/// <param name="Texts">How many texts.</param>
/// <param name="Seed">Decides the texts.</param>
/// <param name="Rate">Share of the tokens that goes on.</param>
/// <param name="Epsilon">Largest mean squared distance of the final hidden state that counts as close.</param>
/// <param name="First">The first layer that may be chosen.</param>
/// <param name="Last">The last layer that may be chosen.</param>
/// <param name="File">Where the profile is written to.</param>
/// <param name="Model">The model's file or folder; null for the embedded one.</param>
internal sealed record CalibrateArguments(int Length, int Texts, ulong Seed, double Rate, double Epsilon, int First, int Last, string File, string? Model);
