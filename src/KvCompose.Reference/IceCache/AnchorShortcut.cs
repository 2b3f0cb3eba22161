namespace KvCompose.Reference.IceCache;

/// <summary>The published shortcut for finding the parents of level 0: only every n-th token looks at all landmarks.</summary>
/// <param name="Interval">Distance of two anchors, in tokens of level 0.</param>
/// <param name="Reach">Anchors on either side whose parents a token looks at.</param>
/// <param name="Tolerance">A parent found this way is accepted when its farthest child times this is no nearer than the token.</param>
public sealed record AnchorShortcut(int Interval, int Reach, double Tolerance)
{
    /// <summary>The setting of the library's float32 branch.</summary>
    public static AnchorShortcut Main { get; } = new(120, 30, 0.9);

    /// <summary>The setting of the library's bf16 branch.</summary>
    public static AnchorShortcut Brain { get; } = new(60, 60, 1.02);
}
