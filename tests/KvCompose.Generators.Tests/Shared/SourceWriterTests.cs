using KvCompose.Roslyn.Testing;
using KvCompose.Shared;

namespace KvCompose.Generators.Tests.Shared;

public class SourceWriterTests
{
    private readonly SourceWriter _writer = new();

    [Fact]
    public void WriteLine_RawStringInABlock_IsIndentedLineByLine()
    {
        using (_writer.WriteBlock("class A"))
            _writer.WriteLine("""
                void B()
                {

                    C();
                }
                """);
        Assert.Equal("class A\n{\n    void B()\n    {\n\n        C();\n    }\n}\n", _writer.ToString());
    }

    [Fact]
    public void WriteLine_WindowsLineEnds_BecomeLf()
    {
        _writer.WriteLine("a\r\nb\r\n\r\nc");
        Assert.Equal("a\nb\n\nc\n", _writer.ToString());
    }

    [Fact]
    public void WriteLine_SpacesAtLineEnds_AreNotWritten()
    {
        using (_writer.WriteBlock("{|"))
            _writer.WriteLine("a  \n   \nb");
        Assert.Equal("{|\n{\n    a\n\n    b\n}\n", _writer.ToString());
    }

    [Fact]
    public void WriteLine_Nothing_IsABlankLineWithoutSpaces()
    {
        using (_writer.WriteBlock("a"))
            _writer.WriteLine();
        Assert.Equal("a\n{\n\n}\n", _writer.ToString());
    }

    [Fact]
    public void WriteBlock_NestedWithText_ClosesInReverseOrder()
    {
        using (_writer.WriteBlock($"class C{1}"))
        using (_writer.WriteBlock($"int[] a = new int[]", afterBrace: ";"))
            _writer.WriteLine("1");
        Assert.Equal("class C1\n{\n    int[] a = new int[]\n    {\n        1\n    };\n}\n", _writer.ToString());
    }

    [Fact]
    public void Block_DisposedTwice_ClosesOnce()
    {
        var block = _writer.WriteBlock("a");
        block.Dispose();
        block.Dispose();
        Assert.Equal("a\n{\n}\n", _writer.ToString());
    }

    [Fact]
    public void ToString_OpenBlock_Throws()
    {
        _writer.WriteBlock("a");
        var thrown = Assert.Throws<InvalidOperationException>(_writer.ToString);
        Assert.Contains("1 blocks are open", thrown.Message);
    }

    [Fact]
    public void WriteLine_InterpolatedUnderHostileCulture_WritesCSharpLiterals()
    {
        using var culture = HostileCulture.Enter();
        var type = new TypeRef("B", "global::A.B", true);
        _writer.WriteLine($"{-1} {-2L} {-0.5f} {1.5} {true} {type} {"text"} {(string?)null}.");
        Assert.Equal("-1 -2 -0.5f 1.5d true global::A.B text .\n", _writer.ToString());
    }

    [Fact]
    public void WriteLine_SeveralLinesInAHoleAloneOnItsLine_KeepTheHolesIndentation()
    {
        var body = "a();\n\nb();";
        _writer.WriteLine($$"""
            {
                {{body}}
            }
            x = {{"1\n2"}};
            """);
        Assert.Equal("{\n    a();\n\n    b();\n}\nx = 1\n2;\n", _writer.ToString());
    }

    [Fact]
    public void ToSourceText_Text_IsUtf8()
    {
        _writer.WriteLine("// γ");
        Assert.Equal(System.Text.Encoding.UTF8, _writer.ToSourceText().Encoding);
        Assert.Equal("// γ\n", _writer.ToSourceText().ToString());
    }
}
