using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>A declaration that was read.</summary>
/// <param name="Spec">What it says.</param>
/// <param name="Sites">Where it says so.</param>
internal sealed record ParsedPipeline(PipelineSpec Spec, StageSites Sites);
