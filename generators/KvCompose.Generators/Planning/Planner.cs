using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>Decides from a spec what is observed, how registers are blocked and how memory is laid out. Pure.</summary>
internal static class Planner
{
    public static PipelinePlan Plan(PipelineSpec spec)
    {
        StageSpec selection = spec[StageSlot.TokenSelection]!;
        bool evicts = selection.EvictsWhileDecoding;
        PoolingOrder order = evicts ? (PoolingOrder)selection.Number(OptionRole.PoolingOrder, 0) : PoolingOrder.None;
        ObservationPlan observation = ObservationPlan.Of(spec, selection);
        PagePlan pages = PagePlan.Of(spec, order != PoolingOrder.None, observation.Collects);
        PrefillPlan prefill = PrefillPlan.Of(spec, selection, order);
        ResidencyPlan residency = ResidencyPlan.Of(spec, prefill.Selects, prefill.Cascades);
        return new PipelinePlan
        {
            Spec = spec,
            Pages = pages,
            Observation = observation,
            Prefill = prefill,
            Decode = DecodePlan.Of(spec, pages, observation, residency, evicts, order),
            Residency = residency,
            Kernels = pages.KernelReadable && !selection.NeedsHost && KernelPlanner.CanBlock(spec) ? KernelPlanner.Plan(spec, observation.ReadsAllRows ? int.MaxValue : observation.Rows) : null,
        };
    }
}
