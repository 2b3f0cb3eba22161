using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the cascade: tables of ranked tokens get shorter, which takes their worst tokens. Nothing moves.</summary>
internal static class TruncateKernel
{
    public static Kernel Of(PipelinePlan plan) => new(
        "TruncateKernel",
        "Shortens page tables to their budgets; none grows. Group (128 heads).",
        [
            .. plan.Pages.Layout.HasPerPageCounts ? (KernelParameter[])[KernelParameter.Pool, KernelParameter.PageTable, KernelParameter.TableStart] : [],
            KernelParameter.Ints("tokens", "[heads], tokens that a head holds; receives what it may go on holding."),
            KernelParameter.Ints("budgets", "[heads], tokens that a head may hold."),
            new KernelParameter("int", "heads", "Tables."),
        ],
        Synchronises: false,
        writer => WriteBody(writer, plan));

    private static void WriteBody(KernelWriter writer, PipelinePlan plan)
    {
        writer.Line($"int head = Grid.IdxX * {KernelPlan.Threads} + Group.IdxX;");
        if (plan.Pages.Layout.HasPerPageCounts)
        {
            WriteCounted(writer);
            return;
        }

        using (writer.Block("if (head < heads)"))
        {
            writer.Line("tokens[head] = IntrinsicMath.Min(tokens[head], budgets[head]);");
        }
    }

    /// <summary>The pages of a prompt are full but for the last one, and say so themselves.</summary>
    private static void WriteCounted(KernelWriter writer)
    {
        using (writer.Block("if (head < heads && budgets[head] < tokens[head])"))
        {
            writer.Line("int held = budgets[head];");
            writer.Line("tokens[head] = held;");
            using (writer.Block("if (held % PageTokens > 0)"))
            {
                writer.Line("pool[(long)pageTable[tableStart[head] + held / PageTokens] * PageFloats + PageCount] = Interop.IntAsFloat((uint)(held % PageTokens));");
            }
        }
    }
}
