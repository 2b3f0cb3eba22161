using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what propagation decides: whether a layer cuts, and who goes on.</summary>
internal static partial class SelectionEmitter
{
    /// <summary>The loop that chooses who goes on: that of the selection, unless it ranks.</summary>
    public static string OnwardChoice(PipelinePlan plan) => plan.Prefill.KeepsRanked ? "ChooseOnward" : "Choose";

    private static void WritePropagation(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine(PropagationLoops);
        if (plan.Prefill.KeepsRanked)
        {
            writer.WriteLine();
            writer.WriteLine(AscendingChoice.Replace("void Choose(", $"void {OnwardChoice(plan)}("));
        }
    }

    private const string PropagationLoops = """
        /// <summary>Whether so many tokens may go on: fewer than there are, and not less than what is always kept.</summary>
        internal static bool Cuts(int count, int tokens) => count < tokens && count >= Math.Max(1, Plan.Sinks + Plan.Window);
        """;
}
