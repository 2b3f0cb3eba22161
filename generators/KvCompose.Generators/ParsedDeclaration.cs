using KvCompose.Shared.Specs;

namespace KvCompose.Generators;

/// <summary>What a declaration came to: a pipeline, or a stub where it is in error.</summary>
/// <param name="Spec">The pipeline.</param>
/// <param name="Stub">Its signatures alone.</param>
internal sealed record ParsedDeclaration(PipelineSpec? Spec, StubSpec? Stub);
