using System.Collections.Immutable;
using KvCompose.Roslyn.Testing;
using KvCompose.Shared;
using Microsoft.CodeAnalysis;

namespace KvCompose.Generators.Tests.Harness;

public class ModelGraphTests
{
    private static readonly Compilation Compilation = new TestProject().Compile("class C { int x; }");

    public static TheoryData<string> CompilerObjects =>
        ["symbol", "compilation", "model", "node", "tree", "location", "text", "delegate", "immutable"];

    [Theory]
    [MemberData(nameof(CompilerObjects))]
    public void Assert_CompilerObjectDeepInAModel_FailsWithThePath(string kind)
    {
        // Never of the interface type itself, as in real life: only tests by 'is' find these.
        var model = new Node("a", [new Node("b", [], Make(kind))], null);
        var thrown = Assert.Throws<RoslynAssertException>(() => ModelGraph.AssertHoldsNoCompilerObjects(model, "Step"));
        Assert.StartsWith("Step.Children._items[0].Payload is ", thrown.Message);
    }

    [Fact]
    public void Assert_PlainModelWithACycle_Passes()
    {
        var cyclic = new object?[1];
        cyclic[0] = cyclic;
        ModelGraph.AssertHoldsNoCompilerObjects(new Node("a", [new Node("b", [], 1.5)], (cyclic, "text", DayOfWeek.Friday)), "Step");
    }

    [Fact]
    public void Assert_FieldOfABaseClass_IsSeen()
        => Assert.Throws<RoslynAssertException>(() => ModelGraph.AssertHoldsNoCompilerObjects(new Derived(Compilation), "Step"));

    private static object Make(string kind)
    {
        var tree = Compilation.SyntaxTrees.Single();
        return kind switch
        {
            "symbol" => Compilation.GetTypeByMetadataName("C")!.GetMembers("x").Single(),
            "compilation" => Compilation,
            "model" => Compilation.GetSemanticModel(tree),
            "node" => tree.GetRoot(),
            "tree" => tree,
            "location" => tree.GetRoot().GetLocation(),
            "text" => tree.GetText(),
            "delegate" => (Func<int>)(() => 1),
            "immutable" => ImmutableArray.Create(1),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
    }

    private sealed record Node(string Name, EquatableArray<Node> Children, object? Payload);

    private class Base(object hidden)
    {
        private readonly object _hidden = hidden;

        public override string ToString() => $"{_hidden}";
    }

    private sealed class Derived(object hidden) : Base(hidden);
}
