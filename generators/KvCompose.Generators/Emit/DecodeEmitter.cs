using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes the file of the decode step: the loop over the layers, and the loops over tokens that it calls.</summary>
internal static partial class DecodeEmitter
{
    public static SourceWriter Emit(PipelinePlan plan) => EmittedFile.Write(plan, writer =>
    {
        using (writer.WriteBlock($"{MemberModifiers.Access(plan)} sealed unsafe partial class Session<TTransformer>"))
        {
            WriteStep(writer, plan);
        }

        writer.WriteLine();
        writer.WriteLine("/// <summary>The loops over tokens, specialised for this pipeline.</summary>");
        using (writer.WriteBlock($"private {MemberModifiers.New(plan, GeneratedMembers.Loops)}static unsafe partial class Loops"))
        {
            writer.WriteLine("""
                /// <summary>How far ahead of the loads lines are asked for: hardware prefetchers stop at the borders of 4 KiB pages.</summary>
                private const int PrefetchBytes = 6144;

                """);
            WriteAppend(writer, plan);
            writer.WriteLine();
            WriteAttend(writer, plan);
            StoredElements[] read = plan.Pages.Layout.Sealed ? [StoredElements.Of(plan), StoredElements.Open(plan)] : [StoredElements.Of(plan)];
            foreach (StoredElements elements in read)
            {
                writer.WriteLine();
                WriteScores(writer, plan, elements);
            }

            writer.WriteLine();
            WriteSoftmax(writer);
            foreach (StoredElements elements in read)
            {
                writer.WriteLine();
                WriteValues(writer, plan, elements);
            }

            if (plan.Decode.Evicts)
            {
                writer.WriteLine();
                WriteEviction(writer, plan);
            }
        }
    });
}
