using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes the kernels of a pipeline and their launches as a nested class in ILGPU's dialect, and for test projects that ask
/// for it as a second class for the simulator, with the twins that it steps.
/// </summary>
internal static class KernelEmitter
{
    private const string Usings = """
        using global::System;
        using global::System.Collections.Generic;
        using global::ILGPU;
        using global::ILGPU.Algorithms;
        using global::ILGPU.Backends.EntryPoints;
        using global::ILGPU.Runtime;
        using global::KvCompose;
        using global::KvCompose.Cache;
        using global::KvCompose.Ilgpu;

        """;

    /// <summary>Whether a pipeline has a class of kernels: one whose storage they read. That of an open pipeline has a class for each listed shape.</summary>
    public static bool HasKernels(PipelinePlan? plan) => plan is { Kernels: not null } or { Open: true, KernelReadable: true };

    /// <summary>The listed shapes, in words.</summary>
    public static string Listed(PipelinePlan plan)
        => string.Join(", ", plan.Spec.KernelShapes.Select(static shape => $"{CSharpLiteral.Of(shape.HeadDim)} x {CSharpLiteral.Of(shape.GroupSize)}"));

    public static SourceWriter Emit(PipelinePlan plan) => EmittedFile.Write(
        plan,
        writer => WriteAll(writer, plan, simulated: false),
        usings: Usings);

    /// <summary>The same for the simulator: every name of a device is that of the simulator's assembly, and kernels that synchronise have twins.</summary>
    public static SourceWriter EmitSimulated(PipelinePlan plan) => EmittedFile.Write(
        plan,
        writer => WriteAll(writer, plan, simulated: true),
        usings: SimulatedNames.Usings,
        names: SimulatedNames.All);

    private static void WriteAll(SourceWriter writer, PipelinePlan plan, bool simulated)
    {
        string hides = simulated ? "" : MemberModifiers.New(plan, GeneratedMembers.Kernels), name = simulated ? SimulatedNames.Class : GeneratedMembers.Kernels;
        string declaration = $"{MemberModifiers.OfKernels(plan)} {hides}static class {name}";
        if (plan.Kernels is { } stated)
        {
            WriteClass(writer, plan, stated, simulated, declaration);
            return;
        }

        writer.WriteLine("/// <summary>The same stages on a device, written out for every listed shape of heads.</summary>");
        writer.WriteLine(EmittedFile.GeneratedCode);
        using (writer.WriteBlock(declaration))
        {
            foreach (KernelShapeSpec shape in plan.Spec.KernelShapes)
            {
                // What kernels are written from is the plan of the stated form.
                PipelinePlan written = Planner.Plan(plan.Spec with { Open = false, HeadDim = shape.HeadDim, ModelHeadDim = shape.HeadDim, GroupSize = shape.GroupSize }) with
                {
                    ListedShape = $"{CSharpLiteral.Of(shape.HeadDim)}x{CSharpLiteral.Of(shape.GroupSize)}",
                };
                WriteClass(writer, written, written.Kernels!, simulated, "internal static class Shape" + written.ListedShape);
                writer.WriteLine();
            }

            WriteRequire(writer, plan);
        }
    }

    private static void WriteRequire(SourceWriter writer, PipelinePlan plan)
    {
        string thrown = $"throw new KernelShapeException({CSharpLiteral.Of(plan.Spec.Name.TrimStart('@'))}, shape.HeadDim, shape.GroupSize, {CSharpLiteral.Of(Listed(plan))});";
        writer.WriteLine("/// <summary>Requires that kernels for the heads of a model are listed.</summary>");
        writer.WriteLine("/// <exception cref=\"KernelShapeException\">They are not; the message says what to add to the declaration.</exception>");
        using (writer.WriteBlock("internal static void Require(TransformerShape shape)"))
        {
            if (plan.Spec.KernelShapes.Count == 0)
            {
                writer.WriteLine(thrown);
                return;
            }

            string known = string.Join(" or ", plan.Spec.KernelShapes.Select(static shape => $"({CSharpLiteral.Of(shape.HeadDim)}, {CSharpLiteral.Of(shape.GroupSize)})"));
            using (writer.WriteBlock($"if ((shape.HeadDim, shape.GroupSize) is not ({known}))"))
            {
                writer.WriteLine(thrown);
            }
        }
    }

    private static void WriteClass(SourceWriter writer, PipelinePlan plan, KernelPlan kernels, bool simulated, string declaration)
    {
        Kernel[] all = [.. KernelsOf(plan, kernels)];
        WriteSummary(writer, plan, kernels);
        writer.WriteLine(EmittedFile.GeneratedCode);
        using (writer.WriteBlock(declaration))
        {
            WriteConstants(writer, plan, kernels);
            foreach (Kernel kernel in all)
            {
                writer.WriteLine();
                kernel.Write(writer, plan.Spec.Hierarchy.Types.Last().MetadataName + (plan.ListedShape.Length == 0 ? "_" : $"_{plan.ListedShape}_") + kernel.Name);
                if (simulated && kernel.Synchronises)
                {
                    writer.WriteLine();
                    kernel.WriteTwin(writer);
                }
            }

            if (plan.ChoosesOnDevice || plan.Prefill.Restart is not null)
            {
                writer.WriteLine();
                SelectKernel.WriteOrdered(writer);
            }

            LaunchEmitter.Write(writer, plan, all);
        }
    }

    private static IEnumerable<Kernel> KernelsOf(PipelinePlan plan, KernelPlan kernels)
    {
        yield return AttendKernel.Of(plan, kernels);
        yield return CombineKernel.Of();
        if (plan.Decode.Evicts)
        {
            yield return EvictKernel.Of(plan);
        }

        if (plan.Decode.Monitors)
        {
            yield return PromptLogSumExpKernel.Of();
            yield return WatchScoreKernel.Of(plan);
            yield return TopMaskKernel.Of();
            yield return OverlapKernel.Of();
            yield return RefreshKernel.Of();
        }

        if (plan.RanksPagesOnDevice)
        {
            yield return PageScoreKernel.Of(plan, kernels);
            yield return PageChoiceKernel.Of(plan);
            yield return PageCopyKernel.Of();
        }

        if (plan.Prefill.Restart is { } restart)
        {
            yield return ProductKernel.Of(plan, kernels);
            yield return SmoothKernel.Of(restart.Pooling, restart.PoolingWidth);
            yield return SelectKernel.OfPrompt();
        }

        if (!plan.Prefill.Selects)
        {
            yield break;
        }

        if (plan.Observation.ReadsWindow)
        {
            yield return LogSumExpKernel.Of(plan, kernels, RowsOfQueries.Window);
        }

        if (plan.Observation.ReadsAllRows)
        {
            yield return LogSumExpKernel.Of(plan, kernels, RowsOfQueries.All);
        }

        if (ObserveKernel.IsNeeded(plan))
        {
            yield return ObserveKernel.Of(plan, kernels);
        }

        if (TotalsKernel.IsNeeded(plan))
        {
            yield return TotalsKernel.Of(plan);
        }

        yield return StageScoreKernel.Of(plan);
        yield return SelectKernel.Of();
        if (plan.Prefill.KeepsRanked)
        {
            yield return RankKernel.Of();
        }

        yield return GatherKernel.Of(plan);
        if (plan.Prefill.Cascades)
        {
            yield return TruncateKernel.Of(plan);
        }

        if (plan.Prefill.Propagates)
        {
            yield return LayerScoreKernel.Of();
            yield return OnwardKernel.Of();
        }
    }

    private static void WriteSummary(SourceWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        writer.WriteLine($"""
            /// <summary>
            /// The same stages on a device. Every group has {KernelPlan.Threads} threads in {KernelPlan.Warps} warps; a warp works on one key tile of {KernelPlan.TileTokens} tokens at a
            /// time. Attention: group (share of the tokens, head, block of {PlanSummary.Heads(kernels.Members)}), {kernels.AttendSharedBytes} bytes of shared memory, then
            /// a kernel that joins the shares.
            """);
        if (plan.Observation.ReadsAttention)
        {
            writer.WriteLine($"/// Observation: {kernels.RowsAtOnce} rows at a time, {kernels.ObserveSharedBytes} bytes.");
        }

        writer.WriteLine("/// </summary>");
    }

    private static void WriteConstants(SourceWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        float scale = (float)(1 / Math.Sqrt(plan.HeadDim));
        writer.WriteLine($"""
            private const int Threads = {KernelPlan.Threads};
            private const int HeadDim = {plan.HeadDim};
            private const int GroupSize = {plan.GroupSize};
            private const int MemberBlocks = {kernels.MemberBlocks};
            private const int PageTokens = {plan.Pages.Layout.PageTokens};
            private const int PageTiles = {plan.Pages.Layout.PageTokens / KernelPlan.TileTokens};
            private const float Scale = {scale}; // 1/√d

            // A page in floats, and in units of 16 bytes: keys in tiles [d][16], values [tokens][d], positions.
            private const int PageFloats = {plan.Pages.Layout.PageBytes / sizeof(float)};
            private const int PagePositions = {2 * plan.Pages.Layout.ValueOffset / sizeof(float)};
            private const int PageFloats4 = {plan.Pages.Layout.PageBytes / 16};
            private const int PageKeys4 = {plan.Pages.Layout.ValueOffset / 16};
            private const int TileFloats4 = {4 * plan.HeadDim};
            private const int Columns = {plan.HeadDim / 4};
            """);
        if (plan.Decode.Order != PoolingOrder.None)
        {
            writer.WriteLine($"private const int PageOrder = {plan.Pages.OrderOffset / sizeof(float)};");
        }

        if (plan.Observation.Collects)
        {
            writer.WriteLine($"private const int PageCollected = {plan.Pages.CollectedOffset / sizeof(float)};");
        }

        if (plan.Pages.Layout.HasPerPageCounts)
        {
            writer.WriteLine($"private const int PageCount = {plan.Pages.Layout.CountOffset / sizeof(float)}; // where a page's number of valid tokens is");
        }

        if (plan.RanksPagesOnDevice && !PageScoreKernel.LooksAtKeys(plan))
        {
            writer.WriteLine($"private const int DigestFloats = {PageScoreKernel.DigestFloats(plan)};");
        }

        if (plan.ChoosesOnDevice)
        {
            writer.WriteLine($"private const int Sinks = {plan.Prefill.Sinks};");
        }

        if (plan.Prefill.Selects)
        {
            writer.WriteLine($"private const int Window = {plan.Prefill.Window};");
        }

        if (plan.Prefill.Selects && plan.Observation.ReadsWindow)
        {
            writer.WriteLine($"private const int ObservedRows = {plan.Observation.Rows};");
        }
    }
}
