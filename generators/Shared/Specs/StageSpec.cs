using System.Globalization;
using KvCompose.Cache;
using KvCompose.Shared.Profiles;

namespace KvCompose.Shared.Specs;

/// <summary>A stage of a pipeline: its type, its facts and the values of its options.</summary>
internal sealed record StageSpec(StageSlot Slot, TypeRef Type, StageFacts Facts, EquatableArray<OptionSpec> Options, StageReach Reach)
{
    /// <summary>Channels of a key tile that scores take in a row, at least.</summary>
    public const int ChannelStep = PageLayout.ChannelStep;

    /// <summary>Which of the stages of its slot, 0-based in the order of declaration.</summary>
    public int Ordinal { get; init; }

    /// <summary>The additional file that the declaration names; empty without one.</summary>
    public string ProfileFile { get; init; } = "";

    /// <summary>What that file says; null until it was read.</summary>
    public ProfileSpec? Profile { get; init; }

    /// <summary>The layers that choose for others, as the declaration lists them; empty where it names a file or the stage has none.</summary>
    public EquatableArray<int> Filters { get; init; } = [];

    /// <summary>The layers that choose for others, whoever states them.</summary>
    public EquatableArray<int> FilterLayers
        => Facts.Profile != ProfileKind.FilterLayers || Profile is null ? Filters : Profile.Values.Select(static layer => (int)layer).ToEquatableArray();

    /// <summary>The tier that a residency stage opens, or null when what it places does not come back.</summary>
    public TypeRef? Tier { get; init; }

    /// <summary>Whether that tier also takes what layers lose which are done.</summary>
    public bool TakesCuts { get; init; }

    /// <summary>Whether a selection goes on while decoding: its facts name the phase, and no option turns it off.</summary>
    public bool EvictsWhileDecoding
        => Slot == StageSlot.TokenSelection && Facts.Lossy && (Facts.Phases & StagePhases.Decode) != 0 && Number(OptionRole.DecodeEviction, 1) != 0;

    /// <summary>What only the host computes: statistics of a whole layer, and of keys that are held.</summary>
    private const AttentionStatistics OfTheHost
        = AttentionStatistics.AnchorCosine | AttentionStatistics.LagRank | AttentionStatistics.ValueNorm | AttentionStatistics.ExpectedAttention
        | AttentionStatistics.OutputChange | AttentionStatistics.OutputNorm | AttentionStatistics.Leverage | AttentionStatistics.ChunkAttention;

    /// <summary>Whether a selection asks for what no kernel computes.</summary>
    public bool NeedsHost
        => Slot == StageSlot.TokenSelection && Facts.Lossy && (Facts.SharesScores || (Facts.Observes & OfTheHost) != 0 || ReadsResidentKeys || Refines || ChosenTogether > 1);

    /// <summary>Whether a selection chooses in two stages.</summary>
    public bool Refines { get; init; }

    /// <summary>Tokens of the chunks that a selection keeps or leaves out whole; 1 for none.</summary>
    public int ChosenTogether => Number(OptionRole.ChosenTogether, 1);

    /// <summary>Whether a selection looks at the keys that heads hold while it evicts.</summary>
    public bool ReadsResidentKeys => EvictsWhileDecoding && (Facts.Observes & AttentionStatistics.ResidentKeys) != 0;

    /// <summary>Heads whose left-out tokens a residency places.</summary>
    public HeadRoles Serves => (HeadRoles)Number(OptionRole.Serves, (int)Facts.Serves);

    /// <summary>What tells the stage from the others of its pipeline: the slot, from the second stage of one on with a number.</summary>
    public string Name => Ordinal == 0 ? Slot.ToString() : Slot + (Ordinal + 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>The option with a role, or null.</summary>
    public OptionSpec? Option(OptionRole role) => Options.FirstOrDefault(option => option.Role == role);

    /// <summary>The value of the option with a role, or <paramref name="otherwise"/>.</summary>
    public int Number(OptionRole role, int otherwise) => Option(role) is { Number: { } number } ? (int)number : otherwise;

    /// <summary>Channels that are left out of the keys of full pages: the declared share of d, rounded down to a multiple of <see cref="ChannelStep"/>.</summary>
    public int PrunedChannels(int headDim)
        => PageLayout.PrunedChannels(PrunedShare, headDim);

    /// <summary>The share of the channels that keys of full pages lack; 0 where the storage prunes none.</summary>
    public double PrunedShare => Facts.PrunesKeyChannels && Option(OptionRole.PrunedChannels)?.Number is { } ratio ? ratio : 0;

    /// <summary>How the stage smooths scores along the tokens: what an option says, else its facts.</summary>
    public PoolingKind Pooling => (PoolingKind)Number(OptionRole.Pooling, (int)Facts.Pooling);

    /// <summary>Width of that smoothing; 1 where there is none.</summary>
    public int PoolingWidth => Pooling == PoolingKind.None ? 1 : Number(OptionRole.PoolingKernel, Facts.PoolingKernel);

    /// <summary>Whether a session may override any option.</summary>
    public bool HasRunTimeOptions => Options.Any(static option => option.RunTime);
}
