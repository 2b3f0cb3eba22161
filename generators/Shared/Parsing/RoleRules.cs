using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Profiles;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>Decides whether a ratio and a threshold fit the roles that a profile gives the heads. Knows no stage by name.</summary>
internal static class RoleRules
{
    /// <summary>Tokens of the prompt that pages are judged by, and the share by which they may exceed a ratio.</summary>
    private const int TypicalPrompt = 2048;
    private const double PageTolerance = 0.1;

    /// <summary>Tells the sink what cannot be, and what is likely not meant; true when nothing is in error.</summary>
    public static bool Check(PipelineSpec spec, StageSites sites, IDiagnosticSink sink)
    {
        if (spec[StageSlot.HeadRole] is not { Profile: { Roles: { } roles } profile } stage
            || stage.Option(OptionRole.ProfileRatio) is not { Number: { } ratio } option)
        {
            return true;
        }

        int heads = roles.Classes.Count, full = roles.Count(HeadClass.Volatile, HeadClass.Pivot);
        if (Math.Floor(ratio * heads) <= full)
        {
            sink.Report(new Finding(
                RuleIds.RatioBelowFullHeads, sites.Of(stage, option.Name), option.Name, stage.Type.Name, Constants.Text(ratio),
                CSharpLiteral.Of(full), CSharpLiteral.Of(heads), profile.File));
            return false;
        }

        WarnOfPages(spec, stage, ratio, profile, heads, full, sites, sink);
        return spec.Stages.FirstOrDefault(static other => other.Option(OptionRole.DriftThreshold) is not null) is not { } residency
            || residency.Option(OptionRole.DriftThreshold) is not { Number: > 0 and var threshold } drift
            || CheckWatching(residency, drift, threshold, roles, profile, ((ratio * heads) - full) / (heads - full), sites, sink);
    }

    /// <summary>A head that keeps part of its last page takes all of it; with large pages that is more than was asked for.</summary>
    private static void WarnOfPages(
        PipelineSpec spec, StageSpec stage, double ratio, ProfileSpec profile, int heads, int full, StageSites sites, IDiagnosticSink sink)
    {
        int shared = heads > full ? (int)(((ratio * heads) - full) * TypicalPrompt / (heads - full)) : 0;
        double held = 0;
        for (int head = 0; head < heads; head++)
        {
            bool whole = (HeadClass)profile.Roles!.Classes[head] is HeadClass.Volatile or HeadClass.Pivot;
            double tokens = whole ? TypicalPrompt : Math.Min(Math.Floor(shared * profile.Values[head]), TypicalPrompt);
            held += Math.Ceiling(tokens / spec.PageTokens) * spec.PageTokens;
        }

        double share = held / ((double)heads * TypicalPrompt);
        if (share > ratio * (1 + PageTolerance))
        {
            sink.Report(new Finding(
                RuleIds.PagesExceedRatio, sites.OfPipeline("PageTokens"), stage.Type.Name, Percent(ratio), CSharpLiteral.Of(TypicalPrompt),
                CSharpLiteral.Of(spec.PageTokens), Percent(share)));
        }
    }

    /// <param name="residency">What watches pivots.</param>
    /// <param name="drift">Its threshold's option.</param>
    /// <param name="threshold">τ.</param>
    /// <param name="roles">The heads' roles.</param>
    /// <param name="profile">The file that says them.</param>
    /// <param name="share">base/n: what part of the prompt a pivot's reference set is.</param>
    /// <param name="sites">Where stages are declared.</param>
    /// <param name="sink">Is told.</param>
    private static bool CheckWatching(
        StageSpec residency, OptionSpec drift, double threshold, HeadRoleTable roles, ProfileSpec profile, double share, StageSites sites, IDiagnosticSink sink)
    {
        DiagnosticSite site = sites.Of(residency, drift.Name);
        if (roles.Count(HeadClass.Pivot) == 0)
        {
            sink.Report(new Finding(RuleIds.NobodyIsWatched, sites.Of(residency), residency.Type.Name, profile.File));
            return true;
        }

        // Two sets of K among n tokens have at least 2K − n in common.
        if (share >= 1 / (2 - threshold))
        {
            sink.Report(new Finding(RuleIds.DriftImpossible, site, Percent(share), Percent(2 - (1 / share)), drift.Name, residency.Type.Name, Constants.Text(threshold)));
            return false;
        }

        if (share >= threshold)
        {
            sink.Report(new Finding(RuleIds.DriftIsChance, site, Percent(share), drift.Name, residency.Type.Name, Constants.Text(threshold)));
        }

        return true;
    }

    private static string Percent(double share) => Constants.Text(Math.Round(100 * share)) + " %";
}
