using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the cascade: tables of ranked tokens get shorter, which takes their worst tokens. Nothing moves.</summary>
internal static class TruncateKernel
{
    public static Kernel Of() => new(
        "TruncateKernel",
        "Shortens page tables to their budgets; none grows. Group (128 heads).",
        [
            KernelParameter.Ints("tokens", "[heads], tokens that a head holds; receives what it may go on holding."),
            KernelParameter.Ints("budgets", "[heads], tokens that a head may hold."),
            new KernelParameter("int", "heads", "Tables."),
        ],
        Synchronises: false,
        WriteBody);

    private static void WriteBody(KernelWriter writer)
    {
        writer.Line($"int head = Grid.IdxX * {KernelPlan.Threads} + Group.IdxX;");
        using (writer.Block("if (head < heads)"))
        {
            writer.Line("tokens[head] = IntrinsicMath.Min(tokens[head], budgets[head]);");
        }
    }
}
