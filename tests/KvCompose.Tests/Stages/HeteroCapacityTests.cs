using KvCompose.Reference.HeteroCache;

namespace KvCompose.Tests.Stages;

public class HeteroCapacityTests
{
    [Fact]
    public void Assign_RandomProfiles_EqualsTheReference()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            int heads = random.Next(2, 9), full = random.Next(0, heads), tokens = random.Next(17, 4000);
            HeadClass[] classes = [.. Enumerable.Range(0, heads).Select(head => head < full ? HeadClass.Volatile : HeadClass.Anchor)];
            double[] weights = [.. classes.Select(own => own == HeadClass.Volatile ? -1 : 3 * random.NextDouble())];
            var profile = new HeadProfile([classes], [weights], [[]]);
            double ratio = ((full + 1.0) / heads) + (random.NextDouble() * (1 - ((full + 1.0) / heads)));
            foreach (PublishedDefects defects in new[] { PublishedDefects.None, PublishedDefects.TwoPrecisions })
            {
                LayerBudget expected = LayerBudget.Of(profile, 0, ratio, tokens, defects);
                var roles = new HeadRole[heads];
                var budgets = new int[heads];
                HeteroHeads.Assign(
                    new HeteroHeads { Ratio = ratio, Defects = defects },
                    new HeadBudgetContext { Layers = 1, PromptTokens = tokens, Tokens = tokens, PageTokens = 16, Profile = profile }, roles, budgets);
                for (int head = 0; head < heads; head++)
                {
                    Assert.Equal(head < full ? HeadRole.Full : HeadRole.Compressed, roles[head]);
                    Assert.Equal(head < full ? expected.Base : expected.Kept[head], budgets[head]);
                }
            }
        }
    }
}
