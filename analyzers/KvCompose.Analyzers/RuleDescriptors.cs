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
        "Pipeline '{0}' declares {1} {2} stages ({3}), but only one is allowed",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.SlotFilledTwice), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor StageMissing = new(
        RuleIds.StageMissing,
        "Required stage is missing",
        "Pipeline '{0}' needs a {1} stage, such as {2}",
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
        "Stage lacks what it needs",
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
        "Budget is smaller than the protected tokens",
        "Budget of '{0}' is {1} tokens, but {2} tokens are protected (sinks and window)",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.BudgetBelowProtected), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor RenumberedPositions = new(
        RuleIds.RenumberedPositions,
        "Renumbered positions contradict rotated keys",
        "Stage '{0}' renumbers positions, but cached keys are already rotated by their original positions",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.RenumberedPositions), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor StageWithoutEffect = new(
        RuleIds.StageWithoutEffect,
        "Stage has no effect",
        "Stage '{0}' has no effect because selection '{1}' keeps every token; a selection that drops tokens states Lossy = true in its facts",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.StageWithoutEffect));

    public static readonly DiagnosticDescriptor CascadeBypassesStore = new(
        RuleIds.CascadeBypassesStore,
        "Cascade bypasses the backing store",
        "Budget '{0}' shrinks layers that are already processed, and the tokens that they lose would not reach the backing store of '{1}'",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.CascadeBypassesStore), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor DecodeEvictionBypassesStore = new(
        RuleIds.DecodeEvictionBypassesStore,
        "Decode eviction bypasses the backing store",
        "Selection '{0}' evicts while decoding, and the evicted tokens would not reach the backing store of '{1}'",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.DecodeEvictionBypassesStore), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor OptionOverruled = new(
        RuleIds.OptionOverruled,
        "Option is overridden by a preset",
        "Option '{0}' of '{1}' has no effect because option '{2}' sets it",
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
        "Budget leaves nothing to select",
        "Budget of '{0}' is {1} tokens, all of them protected, so '{2}' selects nothing",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NothingToChoose));

    public static readonly DiagnosticDescriptor CascadeShortensPages = new(
        RuleIds.CascadeShortensPages,
        "Cascade needs score-ordered pages",
        "Budget '{0}' shrinks layers by truncating their ranked pages, but '{1}' fills pages in another order",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.CascadeShortensPages), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor ValueHasAPrice = new(
        RuleIds.ValueHasAPrice,
        "Option value has a documented caveat",
        "Option '{0}' of '{1}' is {2}, which {3}",
        Composition, DiagnosticSeverity.Info, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ValueHasAPrice));

    public static readonly DiagnosticDescriptor LayersDoNotAscend = new(
        RuleIds.LayersDoNotAscend,
        "Layers of repeated stages must ascend",
        "Stage '{0}' acts at layer {1}, but must act after layer {2} of the stage declared before it",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LayersDoNotAscend), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor RetentionAbovePropagation = new(
        RuleIds.RetentionAbovePropagation,
        "Retention rate is above the propagation rate",
        "Budget '{0}' keeps {1} of the prompt, but only {3} of it propagates past '{2}', and all of that is kept",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.RetentionAbovePropagation));

    public static readonly DiagnosticDescriptor PropagationBelowBudget = new(
        RuleIds.PropagationBelowBudget,
        "Fewer tokens propagate than are kept",
        "Stage '{0}' propagates {1} tokens, fewer than the {3} that '{2}' keeps: deeper layers keep all they get, and a prompt of a length between the two is shortened although no layer compresses it",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.PropagationBelowBudget));

    public static readonly DiagnosticDescriptor WholePromptNeeded = new(
        RuleIds.WholePromptNeeded,
        "Stage needs tokens that are never computed",
        "Stage '{0}' needs every token of the prompt in every layer, but '{1}' propagates only some to the deeper layers",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.WholePromptNeeded), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor StoreBehindPropagation = new(
        RuleIds.StoreBehindPropagation,
        "Backing store holds propagated tokens only",
        "Stage '{0}' can fetch only tokens that reached a layer; after '{1}' that is not the whole prompt",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.StoreBehindPropagation));

    public static readonly DiagnosticDescriptor LayerDoubtful = new(
        RuleIds.LayerDoubtful,
        "Propagation layer is questionable",
        "Stage '{0}' acts at layer {1} of {2}: {3}",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LayerDoubtful));

    public static readonly DiagnosticDescriptor DecodeEvictionBehindPropagation = new(
        RuleIds.DecodeEvictionBehindPropagation,
        "Propagated tokens are evicted while decoding",
        "Stage '{0}' evicts while decoding, so deeper layers also lose tokens that '{1}' propagated",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.DecodeEvictionBehindPropagation));

    public static readonly DiagnosticDescriptor ShortestPrompt = new(
        RuleIds.ShortestPrompt,
        "Shortest prompt of which a rate holds the protected tokens",
        "Of prompts of fewer than {0} tokens a rate is less than the {1} protected tokens: layers keep these, and propagation cuts nothing",
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
        "Layer is outside the model",
        "Stage '{0}' acts at layer {1}, but the model of '{2}' has {3}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LayerOutsideModel), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor ProfileNotFound = new(
        RuleIds.ProfileNotFound,
        "Profile file is missing",
        "Stage '{0}' names profile '{1}', which is {2}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ProfileNotFound), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor ProfileInvalid = new(
        RuleIds.ProfileInvalid,
        "Profile is invalid",
        "Profile '{0}' of '{1}' is invalid: {2}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ProfileInvalid), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor ProfileMissing = new(
        RuleIds.ProfileMissing,
        "Stage needs a profile",
        "Stage '{0}' needs a profile: set Profile to one of the project's additional files",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ProfileMissing), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor FactsOfAnotherSlot = new(
        RuleIds.FactsOfAnotherSlot,
        "Facts belong to another slot",
        "Stage '{0}' is used as {1}, but states its facts in {2}; state them in {3}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.FactsOfAnotherSlot), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor EvictionIsATie = new(
        RuleIds.EvictionIsATie,
        "Budget is too close to the pooling kernel",
        "Budget of '{0}' leaves {1} tokens to choose from, so few that decode-time pooling of '{2}' ties their scores",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.EvictionIsATie));

    public static readonly DiagnosticDescriptor NobodyToFetchFor = new(
        RuleIds.NobodyToFetchFor,
        "Offload stage has no satellite heads",
        "'{0}' fetches for satellite heads, but no head-role stage of '{1}' reads a profile that names them",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NobodyToFetchFor), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor SatellitesWithoutStore = new(
        RuleIds.SatellitesWithoutStore,
        "Satellites have no backing store",
        "'{0}' names satellites, but no residency stage stores the tokens that they do not keep",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.SatellitesWithoutStore));

    public static readonly DiagnosticDescriptor TwoOwnersOfBudgets = new(
        RuleIds.TwoOwnersOfBudgets,
        "Two stages set the budgets",
        "'{0}' and '{1}' both set how many tokens a head keeps",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.TwoOwnersOfBudgets), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor DriftNeverSeen = new(
        RuleIds.DriftNeverSeen,
        "Drift is never detected",
        "Option {0} of '{1}' is 0: no overlap is below 0, so nothing is ever fetched",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.DriftNeverSeen));

    public static readonly DiagnosticDescriptor ReproducesDefects = new(
        RuleIds.ReproducesDefects,
        "Defects of the published code are reproduced",
        "'{0}' reproduces defects of the published code, so its choices differ from the method's description",
        Composition, DiagnosticSeverity.Info, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ReproducesDefects));

    public static readonly DiagnosticDescriptor ProfileOfAllTokens = new(
        RuleIds.ProfileOfAllTokens,
        "Profile was measured without propagation",
        "'{0}' propagates a part of the prompt to deeper layers, but the profile of '{1}' was measured with the whole prompt in every layer",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.ProfileOfAllTokens));

    public static readonly DiagnosticDescriptor SealedPagesChange = new(
        RuleIds.SealedPagesChange,
        "Stage changes full pages of a quantised or pruned storage",
        "'{0}' {1} when they are full, but '{2}' {3}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.SealedPagesChange), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor MonitorSeesStoredKeys = new(
        RuleIds.MonitorSeesStoredKeys,
        "Decode-time decisions use inexact keys",
        "'{0}' stores keys in {1} bits, and '{2}' decides by the attention that they receive while decoding",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.MonitorSeesStoredKeys));

    public static readonly DiagnosticDescriptor NoChannelPruned = new(
        RuleIds.NoChannelPruned,
        "No channel is pruned",
        "'{0}' prunes {1} of {2} channels, fewer than the {3} that are pruned together, so no channel would be pruned",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NoChannelPruned), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor LayoutNotCarried = new(
        RuleIds.LayoutNotCarried,
        "Layout is not supported by another stage",
        "'{0}' produces a {1} layout, but '{2}' supports {3} at most",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LayoutNotCarried), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor PageSizesDiffer = new(
        RuleIds.PageSizesDiffer,
        "Page sizes differ",
        "'{0}' needs pages of {1} tokens, but '{2}' has pages of {3}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.PageSizesDiffer), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor HeadsServedTwice = new(
        RuleIds.HeadsServedTwice,
        "Two residencies serve the same heads",
        "'{0}' and '{1}' both serve heads of role {2}: their unselected tokens would be stored twice",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.HeadsServedTwice), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor NoHeadToServe = new(
        RuleIds.NoHeadToServe,
        "Residency has no heads to serve",
        "'{0}' serves heads of role {1}, but no stage of the pipeline assigns roles: every head is compressed",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NoHeadToServe));

    public static readonly DiagnosticDescriptor CostsMoreThanItSaves = new(
        RuleIds.CostsMoreThanItSaves,
        "Two-pass prefill costs more than it saves",
        "'{0}' runs {1} of {2} layers on the whole prompt and then all layers on {3} of it, which costs more than one pass",
        Composition, DiagnosticSeverity.Info, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.CostsMoreThanItSaves));

    public static readonly DiagnosticDescriptor ModelShapeDiffers = new(
        RuleIds.ModelShapeDiffers,
        "Shape differs from the model's",
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
        "Pipeline '{0}' may hold {1} bytes after a prompt of {2} tokens, more than its limit of {3}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LimitExceeded), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor LimitUnknown = new(
        RuleIds.LimitUnknown,
        "Limit cannot be checked",
        "The limit of pipeline '{0}' cannot be checked against what it holds: {1}",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LimitUnknown), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor KernelShapeUnused = new(
        RuleIds.KernelShapeUnused,
        "Listed kernel shape has no effect",
        "[KernelShape({0}, {1})] of pipeline '{2}' has no effect: {3}",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.KernelShapeUnused));

    public static readonly DiagnosticDescriptor EveryTokenNeeded = new(
        RuleIds.EveryTokenNeeded,
        "Tokens are left out of layers that need them",
        "'{0}' leaves tokens out of deeper layers, but layers of model '{1}' {2}: they need every token",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.EveryTokenNeeded));

    public static readonly DiagnosticDescriptor PrefixChosenByItsEnd = new(
        RuleIds.PrefixChosenByItsEnd,
        "Query-aware stage cannot serve shared prefixes",
        "'{0}' selects by the end of the prompt, so what '{1}' keeps of a shared prefix does not suit a prompt with another ending",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.PrefixChosenByItsEnd), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor RatioBelowFullHeads = new(
        RuleIds.RatioBelowFullHeads,
        "Ratio leaves nothing for compressed heads",
        "Option {0} of '{1}' is {2}, but ⌊{2} · {4} heads⌋ must be above {3}, the number of heads of '{5}' that keep the whole prompt",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.RatioBelowFullHeads), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor DriftIsChance = new(
        RuleIds.DriftIsChance,
        "Drift threshold is within chance overlap",
        "Reference sets hold {0} of the prompt, so unrelated sets overlap by as much: with {1} = {3} '{2}' rarely detects drift",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.DriftIsChance));

    public static readonly DiagnosticDescriptor DriftImpossible = new(
        RuleIds.DriftImpossible,
        "Drift cannot be detected",
        "Reference sets hold {0} of the prompt, so any two of them overlap by at least {1}: with {2} = {4} '{3}' never fetches anything",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.DriftImpossible), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor NobodyIsWatched = new(
        RuleIds.NobodyIsWatched,
        "Profile has no pivot heads",
        "'{0}' monitors pivots, but '{1}' has none, so nothing is ever fetched",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.NobodyIsWatched));

    public static readonly DiagnosticDescriptor HeadHasTwoSelectors = new(
        RuleIds.HeadHasTwoSelectors,
        "Head roles conflict with filter layers",
        "'{0}' assigns roles to heads, but '{1}' chooses the tokens of whole layers",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.HeadHasTwoSelectors), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor FilterNobodyFollows = new(
        RuleIds.FilterNobodyFollows,
        "Filter layer has no following layer",
        "Filter layer {0} of '{1}' chooses for no layer: layers after it could follow from {2} on, but layer {3} is the next filter layer or the model's end",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.FilterNobodyFollows));

    public static readonly DiagnosticDescriptor PagesExceedRatio = new(
        RuleIds.PagesExceedRatio,
        "Page rounding exceeds the ratio",
        "'{0}' asks for {1} of a prompt, but the heads hold {4} of {2} tokens in pages of {3}",
        Composition, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.PagesExceedRatio));

    public static readonly DiagnosticDescriptor NoWholePages = new(
        RuleIds.NoWholePages,
        "Retrieval budget is not a whole number of pages",
        "'{0}' retrieves {1} tokens, which is not a multiple of its {2}-token pages: full pages leave {3} of them unused",
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
        "Host pages hold more bits than attention uses",
        "'{0}' stores {1} bits per element on the host, of which attention uses {2}",
        Composition, DiagnosticSeverity.Info, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.UnseenBits));

    public static readonly DiagnosticDescriptor LayersHoldOtherTokens = new(
        RuleIds.LayersHoldOtherTokens,
        "Layers of a reuse group select different tokens",
        "'{0}' shares its pages among {1} layers, but '{2}' does not select the same tokens in each",
        Composition, DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: HelpLink.Of(RuleIds.LayersHoldOtherTokens), customTags: WellKnownDiagnosticTags.NotConfigurable);

    public static readonly DiagnosticDescriptor NothingToPrefetch = new(
        RuleIds.NothingToPrefetch,
        "Nothing to prefetch",
        "'{0}' is set to prefetch, but every layer chooses its own pages: set ReuseGroup to 2 or more",
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
        LayerOutsideModel, ProfileNotFound, ProfileInvalid, ProfileMissing, FactsOfAnotherSlot,
        EvictionIsATie, NobodyToFetchFor, SatellitesWithoutStore, TwoOwnersOfBudgets, DriftNeverSeen, ReproducesDefects, ProfileOfAllTokens,
        LayoutNotCarried, PageSizesDiffer, CostsMoreThanItSaves, ModelShapeDiffers, ModelUnusable, LimitExceeded, LimitUnknown, HeadsServedTwice, NoHeadToServe, KernelShapeUnused, EveryTokenNeeded,
        RatioBelowFullHeads, DriftIsChance, DriftImpossible, NobodyIsWatched, HeadHasTwoSelectors, FilterNobodyFollows, PagesExceedRatio,
        PrefixChosenByItsEnd, SealedPagesChange, MonitorSeesStoredKeys, NoChannelPruned, NoWholePages, NothingIsRetrieved, UnseenBits,
        LayersHoldOtherTokens, NothingToPrefetch, OptionUnknown, TwoBudgets,
        LanguageTooOld, UnsafeNotAllowed,
    ];

    private static readonly ImmutableDictionary<string, DiagnosticDescriptor> ById = OfDeclarations.ToImmutableDictionary(static rule => rule.Id);

    /// <summary>The descriptor of a finding.</summary>
    public static DiagnosticDescriptor Of(in Finding finding) => ById[finding.Id];
}
