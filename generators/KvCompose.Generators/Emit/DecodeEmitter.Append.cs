using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes how a token gets into a page: after a head's last one, and in whichever way its storage keeps it.</summary>
internal static partial class DecodeEmitter
{
    private static void WriteAppend(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("/// <summary>Puts one token behind a head's last one: its key as a column of the open tile, its value as a row.</summary>");
        using (writer.WriteBlock($"internal static void Append({PlanText.Parameter(plan)}PagePool pool, PageTable* table, float* key, float* value, int position)"))
        {
            writer.WriteLine(plan.Pages.Layout.HasPerPageCounts ? CountedAppend(plan) : plan.Pages.Layout.StateWords > 0 ? MarkedAppend(plan) : PlainAppend(plan));
        }

        writer.WriteLine();
        WriteStore(writer, plan);
    }

    /// <summary>What a store is told of the head beside the page: where tokens wait for a page that is sealed when it is full, and what it then keeps of keys.</summary>
    public static string OpenPage(PipelinePlan plan) => plan.Pages.Layout.Pruned ? "table->Residual, table->Channels, " : plan.Pages.Layout.Quantised ? "table->Residual, " : "";

    private static string PlainAppend(PipelinePlan plan) => $"""
        int slot = table->Tokens++;
        Store({PlanText.Argument(plan)}{OpenPage(plan)}pool.Address(table->Pages[slot / Plan.PageTokens]), slot % Plan.PageTokens, key, value, position);
        """;

    private static string CountedAppend(PipelinePlan plan) => $"""
        byte* page = pool.Address(table->Pages[table->PageCount - 1]);
        Store({PlanText.Argument(plan)}page, (*(int*)(page + Plan.CountOffset))++, key, value, position);
        table->Tokens++;
        """;

    private static string MarkedAppend(PipelinePlan plan) => $"""
        int slot = table->Tokens++, place = slot % Plan.PageTokens;
        byte* page = pool.Address(table->Pages[slot / Plan.PageTokens]);
        Store({PlanText.Argument(plan)}{OpenPage(plan)}page, place, key, value, position);
        """
        + (plan.Decode.Order == PoolingOrder.None ? "" : "\n((int*)(page + Plan.OrderOffset))[place] = slot;")
        + (plan.Observation.Collects ? "\n((float*)(page + Plan.CollectedOffset))[place] = 0;" : "");

    private static void WriteStore(SourceWriter writer, PipelinePlan plan) => writer.WriteLine(plan.Pages.Layout.CompressesFullPages ? SealingStore(plan) : PlainStore(plan));

    private static string SealingStore(PipelinePlan plan) => $$"""
        /// <summary>Writes a token into a place of a head's open page; when that is full, {{(plan.Pages.Layout.Pruned ? "its keys lose the channels that are not kept" : "its keys and values are quantised")}}.</summary>
        internal static void Store({{PlanText.Parameter(plan)}}float* open, {{(plan.Pages.Layout.Pruned ? "int* channels, " : "")}}byte* page, int place, float* key, float* value, int position)
        {
            float* column = open + (place / 16 * 16 * Plan.HeadDim) + (place % 16);
            float* row = open + ((Plan.PageTokens + place) * Plan.HeadDim);
            for (int i = 0; i < Plan.HeadDim; i++)
            {
                column[i * 16] = key[i];
                row[i] = value[i];
            }

            ((int*)(page + Plan.PositionOffset))[place] = position;
            if (place == Plan.PageTokens - 1)
            {
                {{(plan.Pages.Layout.Pruned
                    ? $"PagePruner.Seal<{plan.Pages.Storage}>(open, page, channels, {SessionEmitter.LayoutOf(plan)});"
                    : $"PageQuantiser.Seal<{plan.Pages.Storage}>(open, page, Plan.HeadDim, Plan.PageTokens, Plan.ElementBits{(plan.Open ? ", Plan.ModelHeadDim" : "")});")}}
            }
        }
        """;

    private static string PlainStore(PipelinePlan plan) => $$"""
        /// <summary>Writes a token into a place of a page.</summary>
        internal static void Store({{PlanText.Parameter(plan)}}byte* page, int place, float* key, float* value, int position)
        {
            nint column = (nint)(place / 16 * 16 * Plan.HeadDim) + (place % 16);
            nint row = (nint)place * Plan.HeadDim;
            for (int i = 0; i < Plan.HeadDim; i++)
            {
                {{plan.Pages.Storage}}.Store(page, column + (i * 16), key[i]);
                {{plan.Pages.Storage}}.Store(page + Plan.ValueOffset, row + i, value[i]);
            }

            ((int*)(page + Plan.PositionOffset))[place] = position;
        }
        """;
}
