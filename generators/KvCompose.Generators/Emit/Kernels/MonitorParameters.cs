namespace KvCompose.Generators.Emit.Kernels;

/// <summary>What the kernels of a monitor have in common. Watched heads are numbered 0, 1, …; each has one row of everything here.</summary>
internal static class MonitorParameters
{
    public static KernelParameter PromptTokens { get; } = KernelParameter.Ints("promptTokens", "[watched], tokens of the prompt: the first slots, in order.");

    public static KernelParameter LogSumExp { get; } = KernelParameter.Floats("promptLogSumExp", "[watched][GroupSize], over the prompt's slots.");

    public static KernelParameter Scores { get; } = KernelParameter.Floats("watchScores", "[watched][stride], scores of the prompt's tokens.");

    public static KernelParameter Wanted { get; } = KernelParameter.Ints("wanted", "[watched], how many tokens are best: at most those between sinks and window.");

    public static KernelParameter Masks { get; } = new(
        "ArrayView<uint>", "masks", "[watched][words], bit i mod 32 of word i div 32 is token i of the prompt.");

    public static KernelParameter Words { get; } = new("int", "words", "Words of a mask.");
}
