using KvCompose.Reference;

namespace KvCompose.Tests.Reference;

/// <summary>Random queries and keys of one layer.</summary>
internal sealed class RandomHeads
{
    private readonly Random _random;

    public RandomHeads(int seed)
    {
        _random = new Random(seed);
        int keyValueHeads = _random.Next(1, 4);
        Layout = new HeadLayout(keyValueHeads * _random.Next(1, 4), keyValueHeads, 2 * _random.Next(1, 6));
        Window = _random.Next(1, 9);
        Tokens = Window + _random.Next(1, 60);
        Capacity = _random.Next(Window, Tokens + 1);
        WindowQueries = Normal(Layout.QueryHeads * Window * Layout.HeadDim);
        Keys = Normal(Layout.KeyValueHeads * Tokens * Layout.HeadDim);
    }

    public HeadLayout Layout { get; }

    public int Window { get; }

    public int Tokens { get; }

    public int Capacity { get; }

    public float[] WindowQueries { get; }

    public float[] Keys { get; }

    public float[] Normal(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(_random.NextDouble() + _random.NextDouble() + _random.NextDouble() - 1.5) * 2)];

    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        _random.Shuffle(order);
        return order;
    }
}
