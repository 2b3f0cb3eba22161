using System.Collections.Immutable;
using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;

namespace KvCompose.Analyzers;

/// <summary>The descriptor of every rule. Errors cannot be configured away: without a valid declaration nothing is generated.</summary>
internal static class RuleDescriptors
{
    private const string Declaration = "KvCompose.Declaration";
    private const string Composition = "KvCompose.Composition";
    private const string Setup = "KvCompose.Setup";

    public static readonly DiagnosticDescriptor PipelineMustBePartial = new(
        RuleIds.PipelineMustBePartial,
        "Pipeline class must be partial",
        "Pipeline class '{0}' must be declared partial",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.PipelineMustBePartial), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor ContainerMustBePartial = new(
        RuleIds.ContainerMustBePartial,
        "Containing type must be partial",
        "Type '{0}' contains pipeline '{1}' and must be declared partial",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ContainerMustBePartial), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor UnsupportedPipeline = new(
        RuleIds.UnsupportedPipeline,
        "Unsupported pipeline declaration",
        "Pipeline class '{0}' cannot be {1}",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.UnsupportedPipeline), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor MemberCollides = new(
        RuleIds.MemberCollides,
        "Member collides with a generated member",
        "'{0}' already declares '{1}', which KvCompose generates",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.MemberCollides), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor StagesWithoutPipeline = new(
        RuleIds.StagesWithoutPipeline,
        "Stage attributes without a pipeline",
        "'{0}' has stage attributes but no [KvPipeline], so nothing is generated",
        Declaration, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.StagesWithoutPipeline));

    public static readonly DiagnosticDescriptor SlotFilledTwice = new(
        RuleIds.SlotFilledTwice,
        "Stage slot filled twice",
        "Pipeline '{0}' declares {1} {2} stages, but only one is allowed",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.SlotFilledTwice), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor StageMissing = new(
        RuleIds.StageMissing,
        "Required stage is missing",
        "Pipeline '{0}' needs a {1} stage",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.StageMissing), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor ContractMissing = new(
        RuleIds.ContractMissing,
        "Stage does not implement its contract",
        "Stage '{0}' must implement '{1}' to be used as {2}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ContractMissing), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor StageNotUnmanaged = new(
        RuleIds.StageNotUnmanaged,
        "Stage must be an unmanaged struct",
        "Stage '{0}' must be a struct without reference-type fields",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.StageNotUnmanaged), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor NeedNotProvided = new(
        RuleIds.NeedNotProvided,
        "Stages are incompatible",
        "Stage '{0}' needs {1}, which no other stage of '{2}' provides",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NeedNotProvided), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor OptionOutOfRange = new(
        RuleIds.OptionOutOfRange,
        "Option is out of range",
        "Option '{0}' of '{1}' is {2}, but must be {3}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.OptionOutOfRange), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor BudgetBelowProtected = new(
        RuleIds.BudgetBelowProtected,
        "Budget is smaller than what is always kept",
        "Budget of '{0}' is {1} tokens, but {2} are always kept",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.BudgetBelowProtected), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor RenumberedPositions = new(
        RuleIds.RenumberedPositions,
        "Positions are re-numbered under rotated keys",
        "Stage '{0}' re-numbers positions, but cached keys are already rotated by the old ones",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.RenumberedPositions), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor StageWithoutEffect = new(
        RuleIds.StageWithoutEffect,
        "Stage has no effect",
        "Stage '{0}' has no effect because selection '{1}' keeps every token",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.StageWithoutEffect));

    public static readonly DiagnosticDescriptor CascadeBypassesStore = new(
        RuleIds.CascadeBypassesStore,
        "Cascade drops past a backing store",
        "Budget '{0}' shrinks layers that are done, and what they lose then would not reach the backing store of '{1}'",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.CascadeBypassesStore), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor DecodeEvictionBypassesStore = new(
        RuleIds.DecodeEvictionBypassesStore,
        "Eviction while decoding drops past a backing store",
        "Selection '{0}' evicts while decoding, and what leaves then would not reach the backing store of '{1}'",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.DecodeEvictionBypassesStore), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor OptionOverruled = new(
        RuleIds.OptionOverruled,
        "Option is overruled by a preset",
        "Option '{0}' of '{1}' has no effect because option '{2}' decides it",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.OptionOverruled));

    public static readonly DiagnosticDescriptor TunedForAnotherBudget = new(
        RuleIds.TunedForAnotherBudget,
        "Preset is tuned for another budget",
        "'{0}' is tuned for a budget of {1} tokens, but '{2}' has {3}",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.TunedForAnotherBudget));

    public static readonly DiagnosticDescriptor NothingToChoose = new(
        RuleIds.NothingToChoose,
        "Budget leaves nothing to choose",
        "Budget of '{0}' is {1} tokens, all of which are always kept, so '{2}' chooses nothing",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NothingToChoose));

    public static readonly DiagnosticDescriptor CascadeShortensPages = new(
        RuleIds.CascadeShortensPages,
        "Cascade shortens pages that count for themselves",
        "Budget '{0}' shortens the ranked tables of finished layers, but '{1}' fills pages in an order of its own",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.CascadeShortensPages), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor ValueHasAPrice = new(
        RuleIds.ValueHasAPrice,
        "Option value has a price",
        "Option '{0}' of '{1}' is {2}, which {3}",
        Composition, DiagnosticSeverity.Info, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ValueHasAPrice));

    public static readonly DiagnosticDescriptor LayersDoNotAscend = new(
        RuleIds.LayersDoNotAscend,
        "Layers of stages do not ascend",
        "Stage '{0}' acts at layer {1}, but must come behind layer {2} of the one declared before it",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LayersDoNotAscend), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor RetentionAbovePropagation = new(
        RuleIds.RetentionAbovePropagation,
        "Retention rate is above the propagation rate",
        "Budget '{0}' keeps {1} of the prompt, but behind '{2}' only {3} of it is there, all of which is kept",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.RetentionAbovePropagation));

    public static readonly DiagnosticDescriptor PropagationBelowBudget = new(
        RuleIds.PropagationBelowBudget,
        "Fewer tokens go on than are kept",
        "Stage '{0}' lets {1} tokens go on, fewer than the {3} that '{2}' keeps: deeper layers keep all they get, and a prompt between the two is cut although no layer compresses it",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.PropagationBelowBudget));

    public static readonly DiagnosticDescriptor WholePromptNeeded = new(
        RuleIds.WholePromptNeeded,
        "Stage needs tokens that are never computed",
        "Stage '{0}' counts on every token of the prompt, but '{1}' lets only some reach the deeper layers",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.WholePromptNeeded), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor StoreBehindPropagation = new(
        RuleIds.StoreBehindPropagation,
        "Backing store holds only what went on",
        "Stage '{0}' can bring back what reached a layer, which behind '{1}' is not the whole prompt",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.StoreBehindPropagation));

    public static readonly DiagnosticDescriptor LayerDoubtful = new(
        RuleIds.LayerDoubtful,
        "Propagation layer is doubtful",
        "Stage '{0}' acts at layer {1} of {2}: {3}",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LayerDoubtful));

    public static readonly DiagnosticDescriptor DecodeEvictionBehindPropagation = new(
        RuleIds.DecodeEvictionBehindPropagation,
        "Tokens that went on are evicted while decoding",
        "Stage '{0}' evicts while decoding, so that deeper layers lose also what '{1}' let go on",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.DecodeEvictionBehindPropagation));

    public static readonly DiagnosticDescriptor ShortestPrompt = new(
        RuleIds.ShortestPrompt,
        "Shortest prompt that is cut",
        "Prompts of fewer than {0} tokens are not cut in every layer: their share is less than the {1} tokens that are always kept",
        Composition, DiagnosticSeverity.Info, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ShortestPrompt));

    public static readonly DiagnosticDescriptor OptionUnknown = new(
        RuleIds.OptionUnknown,
        "Stage has no such option",
        "'{0}' is no option of stage '{1}', so its value would be ignored; {2}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.OptionUnknown), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor StatisticNotObserved = new(
        RuleIds.StatisticNotObserved,
        "Statistic is read but not observed",
        "Stage '{0}' reads '{1}', which is 0 because its facts do not observe AttentionStatistics.{2}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.StatisticNotObserved), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor TwoBudgets = new(
        RuleIds.TwoBudgets,
        "Two budgets are stated",
        "Stage '{0}' states both '{1}' and '{2}', but only one of them can decide how many tokens stay; state one",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.TwoBudgets), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor LayerOutsideModel = new(
        RuleIds.LayerOutsideModel,
        "Layer is not one of the model",
        "Stage '{0}' acts at layer {1}, but the model of '{2}' has {3}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LayerOutsideModel), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor ProfileNotFound = new(
        RuleIds.ProfileNotFound,
        "Profile is not there",
        "Stage '{0}' names profile '{1}', which is {2}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ProfileNotFound), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor ProfileInvalid = new(
        RuleIds.ProfileInvalid,
        "Profile is not valid",
        "Profile '{0}' of '{1}' is not valid: {2}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ProfileInvalid), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor ProfileMissing = new(
        RuleIds.ProfileMissing,
        "Stage needs a profile",
        "Stage '{0}' needs a profile: name one of the project's additional files",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ProfileMissing), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor EvictionIsATie = new(
        RuleIds.EvictionIsATie,
        "Eviction among tied tokens",
        "Budget of '{0}' leaves {1} tokens to choose, so few that '{2}' sees ties between them when it pools while decoding",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.EvictionIsATie));

    public static readonly DiagnosticDescriptor NobodyToFetchFor = new(
        RuleIds.NobodyToFetchFor,
        "Nobody to fetch for",
        "'{0}' fetches for satellites, but no head-role stage of '{1}' reads a profile to say which heads these are",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NobodyToFetchFor), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor SatellitesWithoutStore = new(
        RuleIds.SatellitesWithoutStore,
        "Satellites without a backing store",
        "'{0}' names satellites that are to be refreshed, but no stage keeps what they leave out",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.SatellitesWithoutStore));

    public static readonly DiagnosticDescriptor TwoOwnersOfBudgets = new(
        RuleIds.TwoOwnersOfBudgets,
        "Two stages own the budgets",
        "'{0}' and '{1}' both decide how many tokens a head keeps",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.TwoOwnersOfBudgets), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor DriftNeverSeen = new(
        RuleIds.DriftNeverSeen,
        "Drift is never seen",
        "Option {0} of '{1}' is 0: no overlap is below that, so nothing is ever fetched",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.DriftNeverSeen));

    public static readonly DiagnosticDescriptor ReproducesDefects = new(
        RuleIds.ReproducesDefects,
        "Defects of the published code are reproduced",
        "'{0}' reproduces defects of the published code; what it chooses differs from what the method describes",
        Composition, DiagnosticSeverity.Info, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ReproducesDefects));

    public static readonly DiagnosticDescriptor ProfileOfAllTokens = new(
        RuleIds.ProfileOfAllTokens,
        "Profile of all tokens behind a propagation",
        "'{0}' lets deeper layers see a part of the prompt, but the profile of '{1}' was made where every layer saw all of it",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ProfileOfAllTokens));

    public static readonly DiagnosticDescriptor SealedPagesChange = new(
        RuleIds.SealedPagesChange,
        "Sealed pages would change",
        "'{0}' {1} when they are full, but '{2}' {3}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.SealedPagesChange), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor MonitorSeesStoredKeys = new(
        RuleIds.MonitorSeesStoredKeys,
        "Decisions follow inexact keys",
        "'{0}' stores keys in {1} bits, and '{2}' decides by the attention that they get while decoding",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.MonitorSeesStoredKeys));

    public static readonly DiagnosticDescriptor NoChannelPruned = new(
        RuleIds.NoChannelPruned,
        "No channel is pruned",
        "'{0}' prunes {1} of {2} channels, which is fewer than the {3} that go at a time: no channel would be pruned",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NoChannelPruned), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor LayoutNotCarried = new(
        RuleIds.LayoutNotCarried,
        "Layout that another stage cannot read",
        "'{0}' leaves a {1} layout, but '{2}' carries {3} at most",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LayoutNotCarried), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor PageSizesDiffer = new(
        RuleIds.PageSizesDiffer,
        "Page sizes differ",
        "'{0}' works on pages of {1} tokens, but '{2}' has pages of {3}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.PageSizesDiffer), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor HeadsServedTwice = new(
        RuleIds.HeadsServedTwice,
        "Heads are served by two residencies",
        "'{0}' and '{1}' both serve heads of role {2}: what such a head leaves out would have two places",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.HeadsServedTwice), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor NoHeadToServe = new(
        RuleIds.NoHeadToServe,
        "Residency has no heads to serve",
        "'{0}' serves heads of role {1}, but no stage of the pipeline gives roles: every head is compressed",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NoHeadToServe));

    public static readonly DiagnosticDescriptor CostsMoreThanItSaves = new(
        RuleIds.CostsMoreThanItSaves,
        "Costs more than it saves",
        "'{0}' runs {1} of {2} layers on the whole prompt and then all of them on {3} of it: more than one pass costs",
        Composition, DiagnosticSeverity.Info, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.CostsMoreThanItSaves));

    public static readonly DiagnosticDescriptor ModelShapeDiffers = new(
        RuleIds.ModelShapeDiffers,
        "Shape is not the model's",
        "{0} of pipeline '{1}' is {2}, but that of model '{3}' is {4}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ModelShapeDiffers), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor ModelUnusable = new(
        RuleIds.ModelUnusable,
        "Model configuration cannot be used",
        "Model '{0}' of pipeline '{1}' cannot be used: {2}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ModelUnusable), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor LimitExceeded = new(
        RuleIds.LimitExceeded,
        "Cache exceeds its limit",
        "Pipeline '{0}' may hold {1} bytes behind a prompt of {2} tokens, more than its limit of {3}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LimitExceeded), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor LimitUnknown = new(
        RuleIds.LimitUnknown,
        "Limit cannot be compared",
        "The limit of pipeline '{0}' cannot be compared with what it holds: {1}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LimitUnknown), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor PrefixChosenByItsEnd = new(
        RuleIds.PrefixChosenByItsEnd,
        "Shared prefix is chosen by its own end",
        "'{0}' chooses by what the end of the prompt asks for, so what '{1}' keeps of a shared prefix is of no use to a prompt that asks for something else",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.PrefixChosenByItsEnd), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor RatioBelowFullHeads = new(
        RuleIds.RatioBelowFullHeads,
        "Ratio is taken by the full heads alone",
        "Option {0} of '{1}' is {2}, but {3} of {4} heads of '{5}' keep the whole prompt: nothing is left for the others",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.RatioBelowFullHeads), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor DriftIsChance = new(
        RuleIds.DriftIsChance,
        "Drift looks like chance",
        "Reference sets hold {0} of the prompt, so unrelated ones overlap by as much: with {1} = {3} '{2}' hardly sees a drift",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.DriftIsChance));

    public static readonly DiagnosticDescriptor DriftImpossible = new(
        RuleIds.DriftImpossible,
        "Drift cannot be seen",
        "Reference sets hold {0} of the prompt, so any two have at least {1} in common: with {2} = {4} '{3}' never fetches anything",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.DriftImpossible), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor NobodyIsWatched = new(
        RuleIds.NobodyIsWatched,
        "Nobody is watched",
        "'{0}' watches pivots, but '{1}' has none: nothing is ever fetched",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NobodyIsWatched));

    public static readonly DiagnosticDescriptor HeadHasTwoSelectors = new(
        RuleIds.HeadHasTwoSelectors,
        "Head has two selectors",
        "'{0}' gives heads parts of their own, but '{1}' chooses the tokens of whole layers",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.HeadHasTwoSelectors), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor FilterNobodyFollows = new(
        RuleIds.FilterNobodyFollows,
        "No layer follows a filter layer",
        "Filter layer {0} of '{1}' chooses for nobody: layers behind it would follow from {2} on, but layer {3} is the next filter layer or the model's end",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.FilterNobodyFollows));

    public static readonly DiagnosticDescriptor PagesExceedRatio = new(
        RuleIds.PagesExceedRatio,
        "Pages hold more than the ratio",
        "'{0}' asks for {1} of a prompt, but of {2} tokens in pages of {3} the heads hold {4}",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.PagesExceedRatio));

    public static readonly DiagnosticDescriptor NoWholePages = new(
        RuleIds.NoWholePages,
        "Retrieval budget is no number of whole pages",
        "'{0}' brings in {1} tokens, which is no multiple of its pages' {2}: full pages leave {3} of them unused",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NoWholePages));

    public static readonly DiagnosticDescriptor NothingIsRetrieved = new(
        RuleIds.NothingIsRetrieved,
        "Nothing is retrieved",
        "'{0}' keeps the first {1} layers resident, and the model of profile '{2}' has {3}",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NothingIsRetrieved));

    public static readonly DiagnosticDescriptor UnseenBits = new(
        RuleIds.UnseenBits,
        "Host keeps bits that attention does not see",
        "'{0}' keeps {1} bits an element on the host, of which attention sees {2}",
        Composition, DiagnosticSeverity.Info, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.UnseenBits));

    public static readonly DiagnosticDescriptor LayersHoldOtherTokens = new(
        RuleIds.LayersHoldOtherTokens,
        "Layers of a reuse group leave different tokens out",
        "'{0}' shares its pages among {1} layers, but '{2}' does not leave the same tokens out in each",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LayersHoldOtherTokens), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor NothingToPrefetch = new(
        RuleIds.NothingToPrefetch,
        "There is nothing to prefetch",
        "'{0}' is to prefetch, but every layer chooses its pages when it needs them",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NothingToPrefetch), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor LanguageTooOld = new(
        RuleIds.LanguageTooOld,
        "C# version is too low",
        "KvCompose needs C# {0} or later, but the project uses {1}",
        Setup, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LanguageTooOld), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor UnsafeNotAllowed = new(
        RuleIds.UnsafeNotAllowed,
        "Unsafe code is not allowed",
        "Emitted code is unsafe, but the project does not allow unsafe code; set AllowUnsafeBlocks to true in the project",
        Setup, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.UnsafeNotAllowed), customTags: WellKnownDiagnosticTags.NotConfigurable);

    /// <summary>What the parser of declarations can find.</summary>
    public static readonly ImmutableArray<DiagnosticDescriptor> OfDeclarations =
    [
        PipelineMustBePartial, ContainerMustBePartial, UnsupportedPipeline, MemberCollides,
        SlotFilledTwice, StageMissing, ContractMissing, StageNotUnmanaged, NeedNotProvided, OptionOutOfRange,
        BudgetBelowProtected, RenumberedPositions, StageWithoutEffect, CascadeBypassesStore,
        DecodeEvictionBypassesStore, OptionOverruled, TunedForAnotherBudget, NothingToChoose, CascadeShortensPages, ValueHasAPrice,
        LayersDoNotAscend, RetentionAbovePropagation, PropagationBelowBudget, WholePromptNeeded,
        StoreBehindPropagation, LayerDoubtful, DecodeEvictionBehindPropagation, ShortestPrompt,
        LayerOutsideModel, ProfileNotFound, ProfileInvalid, ProfileMissing,
        EvictionIsATie, NobodyToFetchFor, SatellitesWithoutStore, TwoOwnersOfBudgets, DriftNeverSeen, ReproducesDefects, ProfileOfAllTokens,
        LayoutNotCarried, PageSizesDiffer, CostsMoreThanItSaves, ModelShapeDiffers, ModelUnusable, LimitExceeded, LimitUnknown, HeadsServedTwice, NoHeadToServe,
        RatioBelowFullHeads, DriftIsChance, DriftImpossible, NobodyIsWatched, HeadHasTwoSelectors, FilterNobodyFollows, PagesExceedRatio,
        PrefixChosenByItsEnd, SealedPagesChange, MonitorSeesStoredKeys, NoChannelPruned, NoWholePages, NothingIsRetrieved, UnseenBits,
        LayersHoldOtherTokens, NothingToPrefetch, OptionUnknown, TwoBudgets,
        LanguageTooOld, UnsafeNotAllowed,
    ];

    private static readonly ImmutableDictionary<string, DiagnosticDescriptor> ById = OfDeclarations.ToImmutableDictionary(static rule => rule.Id);

    /// <summary>The descriptor of a finding.</summary>
    public static DiagnosticDescriptor Of(in Finding finding) => ById[finding.Id];
}
