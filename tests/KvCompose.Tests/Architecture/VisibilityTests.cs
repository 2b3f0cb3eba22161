using System.ComponentModel;
using System.Reflection;

namespace KvCompose.Tests.Architecture;

/// <summary>What users do not write is hidden from IntelliSense: only emitted code and the libraries beside this one call it.</summary>
public class VisibilityTests
{
    /// <summary>Rooms of runtime code.</summary>
    private static readonly string[] Rooms = ["Attention", "Cache", "Files", "Memory", "Numerics", "Residency", "Runtime", "Sessions"];

    /// <summary>What users see of these rooms: sessions, exceptions, usage, recovery, and what a residency stage of their own implements.</summary>
    private static readonly HashSet<string> Visible =
    [
        "KvSession", "SessionOptions", "CacheUsage", "TierUsage", "FilterSelector", "PublishedDefects",
        "CacheLimitException", "HostTierFullException", "KeyBiasException", "ModelMismatchException", "PipelineRuleException", "NonFiniteKeyException", "NonFiniteTokenException",
        "PageFileException",
        "SavedCacheFormatException", "SavedCacheMismatchException", "RewindException", "ContextOverflow", "DecodeEnd",
        "MemoryShortageException", "PrefixReuse",
        "PageFileRecovery", "RecoveredPage", "PageOwner",
        "IRetrieval`2", "IRetrievalTier", "ICascadeTier", "ISavedTier", "TierContext", "DecodeStep",
    ];

    [Fact]
    public void RuntimeTypes_AreHidden()
    {
        var rooms = new RoomMap("src/KvCompose");
        Type[] types = [.. typeof(KvSession).Assembly.GetExportedTypes().Where(type => !type.IsNested && Rooms.Contains(rooms.Of(type.FullName!)))];
        Assert.Empty(Visible.Except(types.Select(static type => type.Name)));
        Assert.All(types, static type => Assert.True(
            Visible.Contains(type.Name) || IsHidden(type), $"{type.FullName} is public and in IntelliSense"));
        Assert.All(types, static type => Assert.False(Visible.Contains(type.Name) && IsHidden(type), $"{type.FullName} is hidden"));
    }

    [Fact]
    public void FillRandom_IsHidden() => Assert.True(IsHidden(typeof(KvSession).GetMethod(nameof(KvSession.FillRandom))!));

    private static bool IsHidden(MemberInfo member)
        => member.GetCustomAttribute<EditorBrowsableAttribute>() is { State: EditorBrowsableState.Never };
}
