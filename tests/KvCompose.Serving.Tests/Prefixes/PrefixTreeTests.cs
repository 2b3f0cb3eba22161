using KvCompose.Serving.Prefixes;

namespace KvCompose.Serving.Tests.Prefixes;

/// <summary>The tree against a plain list of all sequences.</summary>
public sealed class PrefixTreeTests
{
    [Fact]
    public void Tree_RandomAddsAndRemoves_FindsWhatAListFinds()
    {
        var random = new Random(11);
        var tree = new PrefixTree();
        var list = new List<KeptSequence>();
        for (int i = 0; i < 4000; i++)
        {
            if (list.Count > 0 && random.Next(3) == 0)
            {
                KeptSequence gone = list[random.Next(list.Count)];
                Assert.True(tree.Remove(gone));
                Assert.False(tree.Remove(gone));
                list.Remove(gone);
            }
            else
            {
                var entry = new KeptSequence(i, Tokens(random), "", null);
                KeptSequence? same = list.Find(other => other.Tokens.SequenceEqual(entry.Tokens));
                Assert.Same(same, tree.Add(entry));
                list.Remove(same!);
                list.Add(entry);
            }

            int[] asked = Tokens(random);
            (KeptSequence? found, int common) = tree.Longest(asked);
            int most = list.Select(entry => entry.Tokens.AsSpan().CommonPrefixLength(asked)).DefaultIfEmpty().Max();
            Assert.Equal(most, common);
            Assert.Equal(most > 0, found is not null);
            Assert.True(found is null || (list.Contains(found) && found.Tokens.AsSpan().CommonPrefixLength(asked) == most));
            KeptSequence? whole = list.Where(entry => asked.AsSpan().StartsWith(entry.Tokens)).MaxBy(static entry => entry.Tokens.Length);
            Assert.Same(whole, tree.LongestWhole(asked));
            Assert.Equal(list.Count, tree.Count);
        }
    }

    private static int[] Tokens(Random random) => [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(3))];
}
