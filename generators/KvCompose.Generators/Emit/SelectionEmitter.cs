using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what decides over tokens in prefill: the fused observation pass, the scores, the choice and the store.</summary>
internal static partial class SelectionEmitter
{
    public static SourceWriter Emit(PipelinePlan plan) => EmittedFile.Write(plan, writer =>
    {
        writer.WriteLine("/// <summary>The loops over a prompt's tokens, specialised for this pipeline.</summary>");
        using (writer.WriteBlock($"private {MemberModifiers.New(plan, GeneratedMembers.PrefillLoops)}static unsafe class PrefillLoops"))
        {
            if (plan.Observation.ReadsWindow || plan.Observation.ReadsKeys)
            {
                WriteObserve(writer, plan);
                writer.WriteLine();
            }

            if (plan.Observation.ReadsAllRows)
            {
                WriteAllRows(writer, plan);
                writer.WriteLine();
            }

            if (plan.Observation.ReadsAttention)
            {
                writer.WriteLine("""
                    /// <summary>A key that a row does not see may score far above the row's log-sum-exp: 2^126 is finite, and is masked.</summary>
                    private const float LargestExponent = 126;

                    """);
                WriteRows(writer, plan, RowsAtOnce);
                writer.WriteLine();
                WriteRows(writer, plan, 1);
                writer.WriteLine();
            }

            WriteScore(writer, plan);
            writer.WriteLine();
            if (plan.Prefill.Refines)
            {
                WriteRefine(writer, plan);
                writer.WriteLine();
            }

            WriteStore(writer, plan);
            if (plan.Prefill.Propagates)
            {
                writer.WriteLine();
                WritePropagation(writer, plan);
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
}
