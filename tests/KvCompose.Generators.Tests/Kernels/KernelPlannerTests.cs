using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Tests.Kernels;

public class KernelPlannerTests
{
    private const int RegistersOfAThread = 255;

    [Fact]
    public void Plan_EveryLegalShape_FitsAGroup()
    {
        for (int headDim = 16; headDim <= 256; headDim += 16)
        {
            for (int group = 1; group <= 16; group++)
            {
                KernelPlan plan = KernelPlanner.Plan(Spec(headDim, group), observedRows: 1024);
                Assert.InRange(plan.AttendSharedBytes, 1, KernelPlan.SharedLimit);
                Assert.InRange(plan.ObserveSharedBytes, 1, KernelPlan.SharedLimit);
                Assert.InRange(plan.Members * plan.MemberBlocks, group, group + plan.MemberBlocks - 1);
                Assert.InRange(4 * plan.Members * (1 + plan.ColumnsPerLane), 1, RegistersOfAThread / 2);
                Assert.True(plan.ColumnsPerLane * 32 >= headDim / 4, "a lane for every column");
                Assert.True(plan.ValueParts == 1 || plan.ValueParts * headDim / 4 <= 32, "a column for every part");
            }
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 3)]
    [InlineData(32, 8)]
    public void Plan_ObservedRows_AreTakenEightAtATime(int rows, int atOnce)
        => Assert.Equal(atOnce, KernelPlanner.Plan(Spec(64, 4), rows).RowsAtOnce);

    private static PipelineSpec Spec(int headDim, int group)
        => new(new HierarchySpec("", []), "Pipe", headDim, group, 32, [], [], []);
}
