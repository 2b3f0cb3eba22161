using KvCompose;

/// <summary>
/// The pipeline: the compiler writes its code. HeadDim and GroupSize (query heads of a key-value head) are those of the small
/// model that comes with this program; state your model's.
/// </summary>
[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Ratio = 0.5)]   // how many tokens of the prompt each layer keeps
[SnapKv(Window = 16)]          // which tokens a head keeps
internal static partial class Pipeline;
