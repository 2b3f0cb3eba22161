using System.Collections.Immutable;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Profiles;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>The second half of reading a declaration: the files it names, and the rules that need their content.</summary>
internal static class PipelineCompletion
{
    /// <summary>The complete spec, or null when something is in error, which the sink is told.</summary>
    public static PipelineSpec? Complete(
        PipelineSpec spec, ImmutableArray<AdditionalText> files, StageSites sites, IDiagnosticSink sink, CancellationToken cancellation)
    {
        if (ModelBinder.Bind(spec, files, sites, sink, cancellation) is not { } shaped
            || ProfileBinder.Bind(shaped, files, sites, sink, cancellation) is not { } bound)
        {
            return null;
        }

        ServedHeads.Tell(bound, sites, sink);
        return PageRules.Check(bound, sites, sink) & LayerRules.Check(bound, sites, sink) & RoleRules.Check(bound, sites, sink)
            & FilterRules.Check(bound, sites, sink) & ChannelRules.Check(bound, sites, sink)
            & PropagationRules.Check(bound, sites, sink) & MemoryRules.Check(bound, sites, sink)
            ? bound
            : null;
    }
}
