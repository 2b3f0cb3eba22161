using System.Collections.Immutable;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Json;
using KvCompose.Shared.Parsing;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Profiles;

/// <summary>Brings the files that a declaration names into its spec. The generator reads the result, the analyzer the findings.</summary>
internal static class ProfileBinder
{
    /// <summary>The spec with what its stages' files say, or null when one is not valid, which the sink is told.</summary>
    /// <param name="spec">The declaration.</param>
    /// <param name="files">The project's additional files; only those that the declaration names are read.</param>
    /// <param name="sites">Where the stages are declared.</param>
    /// <param name="sink">Is told what is wrong.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static PipelineSpec? Bind(
        PipelineSpec spec, ImmutableArray<AdditionalText> files, StageSites sites, IDiagnosticSink sink, CancellationToken cancellation)
    {
        if (spec.Stages.All(static stage => stage.Facts.Profile == ProfileKind.None))
        {
            return spec;
        }

        var stages = new List<StageSpec>();
        foreach (StageSpec stage in spec.Stages)
        {
            if (stage.Facts.Profile == ProfileKind.None || (stage.ProfileFile.Length == 0 && !IsRequired(stage)))
            {
                stages.Add(stage);
            }
            else if (Read(stage, files, sites, sink, cancellation) is { } profile)
            {
                stages.Add(With(stage, profile));
            }
            else
            {
                return null;
            }
        }

        return spec with { Stages = stages.ToEquatableArray() };
    }

    /// <summary>Whether a stage can do nothing without a file.</summary>
    private static bool IsRequired(StageSpec stage)
        => stage.Facts.Profile == ProfileKind.HeadScores || (stage.Facts.Profile == ProfileKind.FilterLayers && stage.Filters.Count == 0);

    private static ProfileSpec? Read(
        StageSpec stage, ImmutableArray<AdditionalText> files, StageSites sites, IDiagnosticSink sink, CancellationToken cancellation)
    {
        DiagnosticSite site = sites.Of(stage, WellKnownNames.Profile);
        if (stage.ProfileFile.Length == 0)
        {
            sink.Report(new Finding(RuleIds.ProfileMissing, site, stage.Type.Name));
            return null;
        }

        if (NamedFiles.Find(files, stage.ProfileFile, out string problem) is not { } named)
        {
            sink.Report(new Finding(RuleIds.ProfileNotFound, site, stage.Type.Name, stage.ProfileFile, problem));
            return null;
        }

        try
        {
            return ProfileReader.Read(stage.Facts.Profile, stage.ProfileFile, named.GetText(cancellation)?.ToString() ?? "");
        }
        catch (JsonFormatException broken)
        {
            sink.Report(new Finding(RuleIds.ProfileInvalid, site, stage.ProfileFile, stage.Type.Name, broken.Message));
            return null;
        }
    }

    private static StageSpec With(StageSpec stage, ProfileSpec profile)
    {
        StageSpec bound = stage with { Profile = profile };
        return stage.Facts.Profile == ProfileKind.ActingLayer
            ? bound with { Options = stage.Options.Select(option => option.Role == OptionRole.Layer ? ActingAt(option, profile) : option).ToEquatableArray() }
            : bound;
    }

    private static OptionSpec ActingAt(OptionSpec option, ProfileSpec profile)
        => option with { Literal = CSharpLiteral.Of((int)profile.Values[0]), Number = profile.Values[0] };
}
