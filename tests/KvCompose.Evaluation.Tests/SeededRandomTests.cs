namespace KvCompose.Evaluation.Tests;

public class SeededRandomTests
{
    [Fact]
    public void NextBits_PublishedSeed_GivesPublishedNumbers()
    {
        // SplitMix64 with seed 1234567, as published with the task "Pseudo-random numbers/Splitmix64" of Rosetta Code.
        ulong[] published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        var random = new SeededRandom(1234567);
        Assert.Equal(published, published.Select(_ => random.NextBits()).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(64)]
    public void Next_AnyBound_GivesAllNumbersBelowEquallyOften(int bound)
    {
        const int Draws = 4000;
        var random = new SeededRandom(7);
        var counts = new int[bound];
        for (int i = 0; i < Draws * bound; i++)
        {
            counts[random.Next(bound)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 0.9 * Draws, 1.1 * Draws));
    }

    [Fact]
    public void Next_BoundOfZero_Throws()
        => Assert.Throws<ArgumentOutOfRangeException>(() => new SeededRandom(1).Next(0));

    [Fact]
    public void Shuffle_FourItems_GivesAllOrdersEquallyOften()
    {
        const int Draws = 1000;
        var random = new SeededRandom(3);
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < Draws * 24; i++)
        {
            char[] items = ['a', 'b', 'c', 'd'];
            random.Shuffle<char>(items, 4);
            counts[new string(items)] = counts.GetValueOrDefault(new string(items)) + 1;
        }

        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 0.8 * Draws, 1.2 * Draws));
    }

    [Fact]
    public void Shuffle_MoreThanThereAre_Throws()
        => Assert.Throws<ArgumentOutOfRangeException>(() => new SeededRandom(1).Shuffle<int>([1, 2], 3));
}
