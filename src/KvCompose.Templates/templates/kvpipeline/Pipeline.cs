using KvCompose;

/// <summary>The pipeline: the compiler writes its code, for models of any shape.</summary>
[KvPipeline]
[UniformBudget(Ratio = 0.5)]   // how many tokens of the prompt each layer keeps
[SnapKv(Window = 16)]          // which tokens a head keeps
internal static partial class Pipeline;
