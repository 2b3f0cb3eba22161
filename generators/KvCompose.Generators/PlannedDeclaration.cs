using KvCompose.Generators.Planning;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators;

/// <summary>What is emitted for a declaration.</summary>
/// <param name="Plan">The plan of the pipeline.</param>
/// <param name="Stub">Its signatures alone, where it is in error.</param>
internal sealed record PlannedDeclaration(PipelinePlan? Plan, StubSpec? Stub);
