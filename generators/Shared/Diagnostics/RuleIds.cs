namespace KvCompose.Shared.Diagnostics;

/// <summary>Ids of all rules. They are never reused.</summary>
internal static class RuleIds
{
    public const string PipelineMustBePartial = "KVC1001";
    public const string ContainerMustBePartial = "KVC1002";
    public const string UnsupportedPipeline = "KVC1003";
    public const string MemberCollides = "KVC1004";
    public const string StagesWithoutPipeline = "KVC1005";

    public const string SlotFilledTwice = "KVC2001";
    public const string StageMissing = "KVC2002";
    public const string ContractMissing = "KVC2003";
    public const string StageNotUnmanaged = "KVC2004";
    public const string NeedNotProvided = "KVC2005";
    public const string OptionOutOfRange = "KVC2007";
    public const string BudgetBelowProtected = "KVC2008";
    public const string RenumberedPositions = "KVC2012";
    public const string StageWithoutEffect = "KVC2013";
    public const string CascadeBypassesStore = "KVC2014";
    public const string DecodeEvictionBypassesStore = "KVC2016";
    public const string OptionUnknown = "KVC2017";
    public const string StatisticNotObserved = "KVC2018";
    public const string TwoBudgets = "KVC2019";
    public const string NobodyToFetchFor = "KVC2040";
    public const string SatellitesWithoutStore = "KVC2041";
    public const string TwoOwnersOfBudgets = "KVC2042";
    public const string DriftNeverSeen = "KVC2043";
    public const string ReproducesDefects = "KVC2044";
    public const string ProfileOfAllTokens = "KVC2045";
    public const string RatioBelowFullHeads = "KVC2046";
    public const string DriftIsChance = "KVC2047";
    public const string DriftImpossible = "KVC2048";
    public const string NobodyIsWatched = "KVC2049";
    public const string HeadHasTwoSelectors = "KVC2050";
    public const string FilterNobodyFollows = "KVC2051";
    public const string PagesExceedRatio = "KVC2052";
    public const string NoWholePages = "KVC2061";
    public const string NothingIsRetrieved = "KVC2062";
    public const string UnseenBits = "KVC2063";
    public const string LayersHoldOtherTokens = "KVC2064";
    public const string NothingToPrefetch = "KVC2065";
    public const string OptionOverruled = "KVC2080";
    public const string TunedForAnotherBudget = "KVC2081";
    public const string NothingToChoose = "KVC2082";
    public const string CascadeShortensPages = "KVC2083";
    public const string ValueHasAPrice = "KVC2084";
    public const string EvictionIsATie = "KVC2085";

    public const string LayersDoNotAscend = "KVC2020";
    public const string RetentionAbovePropagation = "KVC2021";
    public const string PropagationBelowBudget = "KVC2022";
    public const string WholePromptNeeded = "KVC2023";
    public const string StoreBehindPropagation = "KVC2024";
    public const string LayerDoubtful = "KVC2025";
    public const string DecodeEvictionBehindPropagation = "KVC2026";
    public const string ShortestPrompt = "KVC2027";
    public const string LayerOutsideModel = "KVC2029";
    public const string ProfileNotFound = "KVC2030";
    public const string ProfileInvalid = "KVC2031";
    public const string ProfileMissing = "KVC2032";
    public const string FactsOfAnotherSlot = "KVC2033";

    public const string SealedPagesChange = "KVC2090";
    public const string MonitorSeesStoredKeys = "KVC2091";
    public const string NoChannelPruned = "KVC2092";
    public const string LayoutNotCarried = "KVC2100";
    public const string PageSizesDiffer = "KVC2101";
    public const string CostsMoreThanItSaves = "KVC2103";
    public const string ModelShapeDiffers = "KVC2104";
    public const string ModelUnusable = "KVC2105";
    public const string LimitExceeded = "KVC2106";
    public const string LimitUnknown = "KVC2107";
    public const string HeadsServedTwice = "KVC2108";
    public const string NoHeadToServe = "KVC2109";
    public const string KernelShapeUnused = "KVC2110";
    public const string EveryTokenNeeded = "KVC2111";

    public const string PrefixChosenByItsEnd = "KVC2120";

    public const string LanguageTooOld = "KVC9001";
    public const string UnsafeNotAllowed = "KVC9003";
}
