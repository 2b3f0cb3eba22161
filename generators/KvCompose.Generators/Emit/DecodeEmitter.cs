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
        writer.WriteLine("/// <summary>How a token gets into a page of this pipeline.</summary>");
        using (writer.WriteBlock($"private {MemberModifiers.New(plan, GeneratedMembers.PageOps)}static unsafe class PageOps"))
        {
            WriteAppend(writer, plan);
        }

        writer.WriteLine();
        writer.WriteLine("/// <summary>The loops over a head's tokens at a decode step, specialised for this pipeline.</summary>");
        using (writer.WriteBlock($"private {MemberModifiers.New(plan, GeneratedMembers.DecodeLoops)}static unsafe class DecodeLoops"))
        {
            writer.WriteLine("""
                /// <summary>
                /// How many bytes before they are loaded cache lines are requested. Hardware prefetchers stop at the borders of 4 KiB pages, which a stream of
                /// pages crosses all the time. The distance is a measured one.
                /// </summary>
                private const int PrefetchBytes = 6144;

                """);
            WriteAttend(writer, plan);
            StoredElements[] read = plan.Pages.Layout.CompressesFullPages ? [StoredElements.Of(plan), StoredElements.Open(plan)] : [StoredElements.Of(plan)];
            foreach (StoredElements elements in read)
            {
                WriteScores(writer, plan, elements);
            }

            foreach (StoredElements elements in read)
            {
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
