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
            if (plan.Observation.ReadsWindow || plan.Observation.ReadsKeys)
            {
                WriteObserve(writer, plan);
                writer.WriteLine();
            }

            if (plan.Observation.ReadsAllRows)
            {
                WriteAllRows(writer, plan.Observation);
                writer.WriteLine();
            }

            if (plan.Observation.ReadsAttention)
            {
                WriteRows(writer, plan, RowsAtOnce);
                writer.WriteLine();
                WriteRows(writer, plan, 1);
                writer.WriteLine();
            }

            WriteScore(writer, plan);
            writer.WriteLine();
            WriteStore(writer, plan);
            if (plan.Prefill.Propagates)
            {
                writer.WriteLine();
                WritePropagation(writer, plan);
            }

            if (plan.Residency.Stages.Any())
            {
                writer.WriteLine();
                WriteLeftOut(writer);
            }

            if (plan.Observation.Totalled.Any())
            {
                writer.WriteLine();
                WriteTotal(writer);
            }

            if (plan.Prefill.HeadRole is { Profile: { Heads: > 0 } profile })
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
}
