using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the launches of a restart: what the last query finds in the filter layer's keys, and the tokens of the new prompts.</summary>
internal static partial class LaunchEmitter
{
    private static void WriteRestart(SourceWriter writer, PipelinePlan plan, Kernel product, Kernel smooth, Kernel select)
    {
        // Sequences are counted by the tables, and what is in between two kernels has one name in both.
        KernelParameter[] all =
        [
            .. product.Parameters.Skip(4).Concat(smooth.Parameters.Skip(1)).Concat(select.Parameters.Skip(2))
                .Where(static parameter => parameter != KernelParameter.Stride),
            KernelParameter.Stride,
        ];
        writer.WriteLine();
        writer.WriteLine("""
            /// <summary>
            /// Chooses the tokens of the new prompts, for heads that hold the whole prompts in the filter layer: the best of each by the pooled
            /// products of its last query, ascending. The parameters are those of <see cref="ProductKernel"/>, <see cref="SmoothKernel"/> and
            /// <see cref="SelectPromptKernel"/>.
            /// </summary>
            """);
        using (writer.WriteBlock($"internal static void Restart(DeviceContext device, DevicePages pages, DevicePageTables tables, {Declared(all)})"))
        {
            writer.WriteLine("""
                Require(pages);
                if (heads < 1 || tables.Heads % heads != 0)
                {
                    throw new ArgumentException($"{tables.Heads} tables are not those of sequences of {heads} heads", nameof(heads));
                }

                int sequences = tables.Heads / heads;
                """);
            int tokens = KernelPlan.Warps * KernelPlan.TileTokens;
            Launch(writer, plan, product, $"(stride + {CSharpLiteral.Of(tokens - 1)}) / {CSharpLiteral.Of(tokens)}, sequences, 1",
                "pages.View, tables.Pages, tables.Starts, tables.Tokens, " + Names([.. product.Parameters.Skip(4)]));
            Launch(writer, plan, smooth, "(stride + Threads - 1) / Threads, sequences, 1", Names(smooth.Parameters));
            Launch(writer, plan, select, "sequences, 1, 1", "pooled, sequenceTokens, kept, indices, stride");
        }
    }
}
