using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes one method a step, which loads the step's kernels once for each device and launches them with the plan's geometry.</summary>
internal static partial class LaunchEmitter
{
    public static void Write(SourceWriter writer, PipelinePlan plan, Kernel[] kernels)
    {
        Kernel Named(string name) => kernels.First(kernel => kernel.Name == name);
        writer.WriteLine();
        string watched = plan.Decode.Monitors ? "\n/// <param name=\"watched\">[heads], the number of a watched head, −1 for others.</param>" : "";
        string kept = watched + (plan.Decode.LeavesLogits
            ? """

                /// <param name="logits">[heads][GroupSize][stride], receives the scores that are looked at afterwards; of watched heads alone where heads are watched.</param>
                /// <param name="stride">Slots from one row of logits to the next.</param>
                """
            : "");
        string header = $$"""
            /// <summary>Floats of scratch memory that <see cref="Attend"/> needs.</summary>
            internal static long AttendScratch(int heads, int shares) => (long)heads * shares * GroupSize * (HeadDim + 2);

            /// <summary>Attention of one decode step over what each key-value head holds.</summary>
            /// <param name="device">Where.</param>
            /// <param name="pages">The pages.</param>
            /// <param name="tables">The page tables of the heads.</param>
            /// <param name="queries">[heads][GroupSize][HeadDim], rotated.</param>
            /// <param name="scratch">At least <see cref="AttendScratch"/> floats.</param>
            /// <param name="output">[heads][GroupSize][HeadDim].</param>{{kept}}
            /// <param name="shares">Groups among which the tokens of a head are dealt out.</param>
            internal static void Attend(
                DeviceContext device, DevicePages pages, DevicePageTables tables,
                ArrayView<float> queries, ArrayView<float> scratch, ArrayView<float> output, {{(plan.Decode.Monitors ? "ArrayView<int> watched, " : "")}}{{(plan.Decode.LeavesLogits ? "ArrayView<float> logits, int stride, " : "")}}int shares)
            """;
        using (writer.WriteBlock(header))
        {
            writer.WriteLine("""
                Require(pages);
                long outputs = (long)tables.Heads * shares * GroupSize;
                ArrayView<float> partial = scratch.SubView(0L, outputs * HeadDim);
                ArrayView<float> statistics = scratch.SubView(outputs * HeadDim, outputs * 2);
                """);
            Launch(writer, plan, Named("AttendKernel"), "shares, tables.Heads, MemberBlocks",
                "pages.View, tables.Pages, tables.Starts, tables.Tokens, queries, partial, statistics" + (plan.Decode.Monitors ? ", watched" : "") + (plan.Decode.LeavesLogits ? ", logits, stride" : ""));
            Launch(writer, plan, Named("CombineKernel"), "tables.Heads, 1, 1", "partial, statistics, output, shares");
        }

        if (plan.Decode.Evicts)
        {
            WriteEviction(writer, plan, Named("EvictKernel"));
        }

        if (plan.Prefill.Selects)
        {
            WriteSelection(writer, plan, kernels);
        }

        if (plan.ChoosesOnDevice)
        {
            WriteChoice(writer, plan, kernels);
        }

        if (plan.Decode.Monitors)
        {
            WriteMonitor(writer, plan, Named);
        }

        if (plan.RanksPagesOnDevice)
        {
            PageLaunchEmitter.Write(writer, plan, plan.Kernels!, kernels);
        }

        if (plan.Prefill.Restart is not null)
        {
            WriteRestart(writer, plan, Named("ProductKernel"), Named("SmoothKernel"), Named("SelectPromptKernel"));
        }

        writer.WriteLine();
        using (writer.WriteBlock("private static void Require(DevicePages pages)"))
        {
            writer.WriteLine($"PageLayout expected = {SessionEmitter.StatedLayoutOf(plan, "", "32")};");
            writer.WriteLine("""
                if (pages.Layout != expected)
                {
                    throw new ArgumentException($"the pages have the layout {pages.Layout}, the kernels {expected}", nameof(pages));
                }
                """);
        }
    }

    private static void WriteEviction(SourceWriter writer, PipelinePlan plan, Kernel evict)
    {
        string[] given = ["pool", "pageTable", "tableStart", "tokens", "statistics", "probabilities", "scores", "retentions"];
        KernelParameter[] own = [.. evict.Parameters.Where(parameter => !given.Contains(parameter.Name))];
        writer.WriteLine();
        string behind = plan.Decode.KeepsWeights ? " behind that of <see cref=\"Attend\"/>" : "";
        string first = plan.Decode.KeepsWeights ? "AttendScratch(tables.Heads, shares)" : "0L";
        writer.WriteLine($$"""
            /// <summary>Floats of scratch memory that <see cref="Evict"/> needs{{behind}}.</summary>
            internal static long EvictScratch(int heads, int stride) => (long)heads * stride * (GroupSize + {{(plan.Observation.Collects ? "2" : "1")}});

            /// <summary>Takes out what heads hold above their budgets after a step's attention; the parameters are those of <see cref="EvictKernel"/>.</summary>
            """);
        string statistics = plan.Decode.KeepsWeights
            ? """

                long outputs = (long)tables.Heads * shares * GroupSize;
                ArrayView<float> statistics = scratch.SubView(outputs * HeadDim, outputs * 2);
                """
            : "";
        string probabilities = plan.Observation.Collects
            ? $"\nArrayView<float> probabilities = scratch.SubView({first} + rows * (GroupSize + 1), rows);"
            : "";
        using (writer.WriteBlock($"internal static void Evict(DeviceContext device, DevicePages pages, DevicePageTables tables, ArrayView<float> scratch, {Declared(own)})"))
        {
            writer.WriteLine($"""
                Require(pages);{statistics}
                long rows = (long)tables.Heads * stride;
                ArrayView<float> scores = scratch.SubView({first}, rows);
                ArrayView<float> retentions = scratch.SubView({first} + rows, rows * GroupSize);{probabilities}
                """);
            string arguments = string.Join(", ", evict.Parameters.Skip(4).Select(static parameter => parameter.Name));
            Launch(writer, plan, evict, "tables.Heads, 1, 1", "pages.View, tables.Pages, tables.Starts, tables.Tokens, " + arguments);
        }
    }

    private static void WriteSelection(SourceWriter writer, PipelinePlan plan, Kernel[] kernels)
    {
        const string Tables = "pages.View, tables.Pages, tables.Starts, tables.Tokens";
        Kernel Named(string name) => kernels.First(kernel => kernel.Name == name);
        Kernel? observe = kernels.FirstOrDefault(static kernel => kernel.Name == "ObserveKernel");
        if (observe is not null)
        {
            KernelParameter[] own = [.. observe.Parameters.Skip(4)];
            writer.WriteLine();
            writer.WriteLine("/// <summary>Observes the prompt's tokens, for heads that hold the whole prompt; <see cref=\"ScoreKernel\"/> reads the result.</summary>");
            using (writer.WriteBlock($"internal static void Observe(DeviceContext device, DevicePages pages, DevicePageTables tables, {Declared(own)})"))
            {
                writer.WriteLine("Require(pages);");
                if (plan.Observation.ReadsWindow)
                {
                    int blocks = (plan.Observation.Rows + plan.Kernels!.RowsAtOnce - 1) / plan.Kernels.RowsAtOnce;
                    Launch(writer, plan, Named(LogSumExpKernel.OfWindow), $"{CSharpLiteral.Of(blocks)}, GroupSize, tables.Heads", Tables + ", queries, logSumExp");
                }

                if (plan.Observation.ReadsAllRows)
                {
                    string rows = CSharpLiteral.Of(plan.Kernels!.RowsAtOnce);
                    Launch(writer, plan, Named(LogSumExpKernel.OfAllRows), $"(stride + {rows} - 1) / {rows}, GroupSize, tables.Heads", Tables + ", allQueries, allLogSumExp, stride");
                }

                int tokens = KernelPlan.Warps * KernelPlan.TileTokens;
                Launch(writer, plan, observe, $"(stride + {CSharpLiteral.Of(tokens - 1)}) / {CSharpLiteral.Of(tokens)}, tables.Heads, 1", Tables + ", " + Names(own));
            }
        }

        Kernel score = kernels.First(static kernel => kernel.Name == "ScoreKernel");
        KernelParameter[] scored = [.. score.Parameters.Skip(4)];
        writer.WriteLine();
        writer.WriteLine("/// <summary>Scores the prompt's tokens; the parameters are those of <see cref=\"ScoreKernel\"/>.</summary>");
        using (writer.WriteBlock($"internal static void Score(DeviceContext device, DevicePages pages, DevicePageTables tables, {Declared(scored)})"))
        {
            writer.WriteLine("Require(pages);");
            Launch(writer, plan, score, "(stride + Threads - 1) / Threads, tables.Heads, 1", Tables + ", " + Names(scored));
        }

        if (kernels.FirstOrDefault(static kernel => kernel.Name == "TotalsKernel") is { } totals)
        {
            KernelParameter[] summed = [.. totals.Parameters.Skip(1)];
            writer.WriteLine();
            writer.WriteLine("/// <summary>Sums what a layer budget wants to know; the parameters are those of <see cref=\"TotalsKernel\"/>.</summary>");
            using (writer.WriteBlock($"internal static void Total(DeviceContext device, DevicePageTables tables, {Declared(summed)})"))
            {
                Launch(writer, plan, totals, "tables.Heads, 1, 1", "tables.Tokens, " + Names(summed));
            }
        }
    }

    private static void WriteChoice(SourceWriter writer, PipelinePlan plan, Kernel[] kernels)
    {
        Kernel Named(string name) => kernels.First(kernel => kernel.Name == name);
        writer.WriteLine();
        if (plan.Prefill.Cascades)
        {
            writer.WriteLine("/// <summary>Shortens tables of ranked tokens; the pages behind the new ends are free.</summary>");
            string pages = plan.Pages.Layout.HasPerPageCounts ? "DevicePages pages, " : "", read = plan.Pages.Layout.HasPerPageCounts ? "pages.View, tables.Pages, tables.Starts, " : "";
            using (writer.WriteBlock($"internal static void Truncate(DeviceContext device, {pages}DevicePageTables tables, ArrayView<int> budgets)"))
            {
                if (plan.Pages.Layout.HasPerPageCounts)
                {
                    writer.WriteLine("Require(pages);");
                }

                Launch(writer, plan, Named("TruncateKernel"), "(tables.Heads + Threads - 1) / Threads, 1, 1", read + "tables.Tokens, budgets, tables.Heads");
            }

            writer.WriteLine();
        }

        writer.WriteLine(plan.Prefill.KeepsRanked
            ? "/// <summary>Chooses, for every head, as many rows as its target table has tokens; ranked receives them best first behind sinks and window.</summary>"
            : "/// <summary>Chooses, for every head, as many rows as its target table has tokens.</summary>");
        string ranked = plan.Prefill.KeepsRanked ? "ArrayView<int> ranked, " : "";
        using (writer.WriteBlock(
            $"internal static void Select(DeviceContext device, DevicePageTables tables, DevicePageTables targets, ArrayView<float> scores, ArrayView<int> indices, {ranked}int stride)"))
        {
            Launch(writer, plan, Named("SelectKernel"), "tables.Heads, 1, 1", "scores, tables.Tokens, targets.Tokens, indices, stride");
            if (plan.Prefill.KeepsRanked)
            {
                Launch(writer, plan, Named("RankKernel"), "(stride + Threads - 1) / Threads, tables.Heads, 1",
                    "scores, tables.Tokens, targets.Tokens, indices, ranked, stride");
            }
        }

        Kernel gather = Named("GatherKernel");
        KernelParameter[] gathered = [.. gather.Parameters.Skip(6)];
        writer.WriteLine();
        writer.WriteLine("/// <summary>Copies the chosen rows into the pages of the target tables, none of which may be a source.</summary>");
        using (writer.WriteBlock(
            $"internal static void Gather(DeviceContext device, DevicePages pages, DevicePageTables tables, DevicePageTables targets, {Declared(gathered)})"))
        {
            writer.WriteLine("Require(pages);");
            Launch(writer, plan, gather, "(stride + PageTokens - 1) / PageTokens, tables.Heads, 1",
                "pages.View, tables.Pages, tables.Starts, targets.Pages, targets.Starts, targets.Tokens, " + Names(gathered));
        }

        if (plan.Prefill.Propagates)
        {
            WritePropagation(writer, plan, Named("LayerScoreKernel"), Named("SelectKernel"), Named("OnwardKernel"));
        }
    }

    private static void WritePropagation(SourceWriter writer, PipelinePlan plan, Kernel score, Kernel select, Kernel onward)
    {
        KernelParameter[] all = [.. score.Parameters.Concat(onward.Parameters).Where(static parameter => parameter != KernelParameter.Stride), KernelParameter.Stride];
        writer.WriteLine();
        writer.WriteLine("""
            /// <summary>
            /// Lets, for every sequence, the tokens with the highest scores of the layer and those that are always kept go on; a sequence goes on whole
            /// where as many are to go on as there are. The parameters are those of <see cref="LayerScoreKernel"/> and <see cref="OnwardKernel"/>.
            /// </summary>
            """);
        using (writer.WriteBlock($"internal static void Propagate(DeviceContext device, int sequences, {Declared(all)})"))
        {
            writer.WriteLine("""
                if (width % 4 != 0)
                {
                    throw new ArgumentException($"a hidden state has {width} floats, not a multiple of 4", nameof(width));
                }

                """);
            Launch(writer, plan, score, "(stride + Threads - 1) / Threads, sequences, 1", Names(score.Parameters));
            Launch(writer, plan, select, "sequences, 1, 1", "layerScores, sequenceTokens, onward, indices, stride");
            Launch(writer, plan, onward, "stride, sequences, 1", Names(onward.Parameters));
        }
    }

    public static void Launch(SourceWriter writer, PipelinePlan plan, Kernel kernel, string grid, string arguments)
    {
        string types = string.Join(", ", kernel.Parameters.Select(static parameter => parameter.Type));
        string name = CSharpLiteral.Of(plan.Spec.Hierarchy.FullName + (plan.ListedShape.Length == 0 ? "." : $".{plan.ListedShape}.") + kernel.Name);
        writer.WriteLine($"""
            device.Load({name}, static accelerator => accelerator.LoadKernel<{types}>({kernel.Name}))(
                device.Stream, new KernelConfig(new Index3D({grid}), new Index3D(Threads, 1, 1)),
                {arguments});
            """);
    }

    private static string Declared(KernelParameter[] parameters)
        => string.Join(", ", parameters.Select(static parameter => parameter.Type + " " + parameter.Name));

    private static string Names(KernelParameter[] parameters) => string.Join(", ", parameters.Select(static parameter => parameter.Name));
}
