using KvCompose.IntegrationTests.Oracle;

namespace KvCompose.Combinations.Catalogue;

/// <summary>The random model that every combination runs on, and what its profiles say.</summary>
internal static class SmallModel
{
    public const int HeadDim = 16;
    public const int GroupSize = 2;
    public const int PageTokens = 16;

    /// <summary>Elements of heads that are no whole vectors, which only open pipelines run.</summary>
    public const int OddHeadDim = 24;

    private const int KeyValueHeads = 3;
    private const int Seed = 7;

    /// <summary>Layer 0 has a star and an anchor, layer 1 a star of two satellites, layer 2 no star.</summary>
    public static HeadProfile Profile { get; } = new(
        [
            [HeadClass.Pivot, HeadClass.Satellite, HeadClass.Anchor],
            [HeadClass.Satellite, HeadClass.Pivot, HeadClass.Satellite],
            [HeadClass.Anchor, HeadClass.Volatile, HeadClass.Anchor],
        ],
        [[-1, 1.2, 0.9], [1.1, -1, 0.8], [1, -1, 1]],
        [[new PivotGroup(0, 1)], [new PivotGroup(1, 0, 2)], []]);

    /// <summary>[layers][key-value heads]: how much a head matters.</summary>
    public static double[][] HeadScores { get; } = [[0.9, 0.2, 0.4], [0.1, 0.7, 0.3], [0.5, 0.5, 0.1]];

    /// <summary><see cref="HeadScores"/> as the file that pipelines name.</summary>
    public static string HeadScoresFile => "{ " + string.Join(", ", HeadScores.SelectMany(static (layer, l)
        => layer.Select((score, head) => FormattableString.Invariant($"\"{l}-{head}\": [{score}]")))) + " }";

    /// <summary>
    /// A new instance with its own threads. Its attention is spread: under a sharp peak all pooled scores that hold it are equal in single
    /// precision, and rounding would choose.
    /// </summary>
    /// <param name="headDim">d.</param>
    /// <param name="windowed">Whether layers with a window stand before, between and after those that the profiles speak of, and scores are bounded.</param>
    public static TestModel Create(int headDim = HeadDim, bool windowed = false) => windowed
        ? new(Profile.Layers + 4, KeyValueHeads * GroupSize, KeyValueHeads, headDim, Seed, sharpness: 1.2, windows: [20, 0, 0, 33, 20, 0, 20], softCap: 3)
        : new(Profile.Layers, KeyValueHeads * GroupSize, KeyValueHeads, headDim, Seed, sharpness: 1.2);
}
