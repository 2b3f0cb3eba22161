using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>
/// Writes the signatures of a pipeline whose declaration is in error. What calls them compiles, so that the error of the declaration is the only one.
/// </summary>
internal static class StubEmitter
{
    /// <summary>The last part of the file's name before the extension.</summary>
    public const string Concern = "Invalid";

    private static readonly string[] OfShape = ["HeadDim", "GroupSize", "ValueOffset", "PositionOffset", "PageBytes", "BytesPerToken"];

    private static readonly string[] Constants =
        ["PageTokens", "ElementBits", "Sinks", "Window", "ObservedRows", "PoolingKernel", "SplitTokens", "ScoreStride"];

    public static SourceWriter Emit(StubSpec stub)
    {
        var writer = new SourceWriter();
        writer.WriteLine(EmittedFile.Preamble);
        if (stub.Inherited.Count > 0)
        {
            writer.WriteLine(EmittedFile.InheritedPragma);
        }

        stub.Hierarchy.Write(writer, _ => WriteMembers(writer, stub));
        return writer;
    }

    private static void WriteMembers(SourceWriter writer, StubSpec stub)
    {
        string New(string member) => stub.Inherited.Contains(member) ? "new " : "";
        string name = CSharpLiteral.Of(stub.Hierarchy.FullName);
        using (writer.WriteBlock($"public {New(GeneratedMembers.Plan)}{(stub.Open ? "sealed" : "static")} class Plan"))
        {
            foreach (string number in OfShape)
            {
                writer.WriteLine(stub.Open ? $"public int {number} => 1;" : $"public const int {number} = 1;");
            }

            foreach (string constant in Constants)
            {
                writer.WriteLine($"public const int {constant} = 1;");
            }
        }

        writer.WriteLine();
        using (writer.WriteBlock($"public {New(GeneratedMembers.Options)}sealed class Options : global::KvCompose.SessionOptions"))
        {
            foreach (StubStage stage in stub.Stages)
            {
                writer.WriteLine($"{(stage.Reach == StageReach.Assembly ? "internal" : "public")} {stage.Type} {stage.Name} {{ get; init; }}");
            }

            writer.WriteLine("public global::KvCompose.HeadProfile? Profile { get; init; }");
            writer.WriteLine("public global::KvCompose.HeadScores? HeadScores { get; init; }");
        }

        writer.WriteLine();
        using (writer.WriteBlock($"""
            public {New(GeneratedMembers.Session)}abstract class Session<TTransformer> : global::KvCompose.Sessions.KvSession<TTransformer>
                where TTransformer : struct, global::KvCompose.ITransformer
            """))
        {
            writer.WriteLine($$"""
                private Session(TTransformer transformer, Options options)
                    : base({{name}}, transformer, default, 0, 0, 0, 0, options)
                {
                }
                """);
            if (stub.Open)
            {
                writer.WriteLine();
                writer.WriteLine("public Plan Plan { get; } = new Plan();");
            }
        }

        writer.WriteLine();
        writer.WriteLine($$"""
            /// <summary>The declaration of this pipeline is in error; the compiler says which.</summary>
            /// <exception cref="global::System.InvalidOperationException">Always.</exception>
            public {{New(GeneratedMembers.Open)}}static Session<TTransformer> Open<TTransformer>(
                global::KvCompose.ITransformerSource<TTransformer> model, Options? options = null)
                where TTransformer : struct, global::KvCompose.ITransformer
                => throw new global::System.InvalidOperationException("The declaration of the pipeline " + {{name}} + " is in error.");
            """);
    }
}
