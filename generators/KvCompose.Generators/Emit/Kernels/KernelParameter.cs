namespace KvCompose.Generators.Emit.Kernels;

/// <summary>A parameter of a kernel.</summary>
/// <param name="Type">As C# names it.</param>
/// <param name="Name">The name.</param>
/// <param name="Meaning">Shape and content.</param>
internal sealed record KernelParameter(string Type, string Name, string Meaning)
{
    public static KernelParameter Floats(string name, string meaning) => new("ArrayView<float>", name, meaning);

    public static KernelParameter Ints(string name, string meaning) => new("ArrayView<int>", name, meaning);

    public static KernelParameter Pool { get; } = Floats("pool", "[pages][PageFloats].");

    public static KernelParameter PageTable { get; } = Ints("pageTable", "Page ids; the tables of all heads one after another.");

    public static KernelParameter TableStart { get; } = Ints("tableStart", "[heads], where a head's table begins.");

    public static KernelParameter Tokens { get; } = Ints("tokens", "[heads], tokens that a head holds.");

    /// <summary>As <see cref="Tokens"/>, where every page says how many of its tokens are valid.</summary>
    public static KernelParameter Slots { get; } = Ints("tokens", "[heads], PageTokens times the pages of a head; a page says how many of its tokens are valid.");

    public static KernelParameter Stride { get; } = new("int", "stride", "Tokens from one row of a statistic, of scores or of indices to the next.");
}
