using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what decides over tokens in prefill: the fused observation pass, the scores, the choice and the store.</summary>
internal static partial class SelectionEmitter
{
    public static SourceWriter Emit(PipelinePlan plan) => EmittedFile.Write(plan, writer =>
    {
        using (writer.WriteBlock("private static unsafe partial class Loops"))
        {
            if (plan.ObservesWindow || plan.ObservesKeyNorm)
            {
                WriteObserve(writer, plan);
                writer.WriteLine();
            }

            if (plan.ObservesAllRows)
            {
                WriteAllRows(writer);
                writer.WriteLine();
            }

            if (plan.ObservesAttention)
            {
                WriteRows(writer, plan, RowsAtOnce);
                writer.WriteLine();
                WriteRows(writer, plan, 1);
                writer.WriteLine();
            }

            WriteScore(writer, plan);
            writer.WriteLine();
            WriteStore(writer, plan);
            if (plan.Propagates)
            {
                writer.WriteLine();
                WritePropagation(writer, plan);
            }

            if (plan.Residencies.Any())
            {
                writer.WriteLine();
                WriteLeftOut(writer);
            }

            if (plan.ObservesEntropy || plan.ObservesVariance)
            {
                writer.WriteLine();
                WriteTotal(writer);
            }

            if (plan.HeadRole is { Profile: { Heads: > 0 } profile })
            {
                writer.WriteLine();
                if (profile.Roles is { } roles)
                {
                    WriteHeadRoles(writer, profile, roles);
                }
                else
                {
                    WriteHeadScores(writer, profile);
                }
            }
        }
    });

    private static void WriteTotal(SourceWriter writer) => writer.WriteLine("""
        /// <summary>Sum of a statistic over its rows and the tokens before the window.</summary>
        internal static double Total(float* statistic, int rows, int stride, int tokens)
        {
            double total = 0;
            for (int row = 0; row < rows; row++)
            {
                for (int token = 0; token < tokens - Plan.Window; token++)
                {
                    total += statistic[((nint)row * stride) + token];
                }
            }

            return total;
        }
        """);

    private static List<(string Field, string Property, bool PerQueryHead)> StatisticPointers(PipelinePlan plan)
    {
        var pointers = new List<(string, string, bool)>();
        if (plan.ObservesWindow)
        {
            pointers.Add(("Sums", "WindowSum", true));
        }

        if (plan.ObservesVariance)
        {
            pointers.Add(("Variances", "WindowVariance", true));
        }

        if (plan.ObservesAllRows)
        {
            pointers.Add(("AllRows", "AllRowsSum", true));
        }

        if (plan.ObservesKeyNorm)
        {
            pointers.Add(("Norms", "KeyNorm", false));
        }

        return pointers;
    }

    private static string Lower(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);
}
