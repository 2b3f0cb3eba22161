using System.Reflection;
using System.Text;

namespace KvCompose.Docs.Tests;

public sealed class ReadmeTests
{
    private const int MostBytes = 8192;

    private static readonly Page Readme = Page.Read("README.md");

    [Fact]
    public void Readme_Size_IsAtMostEightKilobytes() => Assert.InRange(Encoding.UTF8.GetByteCount(Readme.Text), 1, MostBytes);

    [Fact]
    public void QuickStart_Program_IsPrintedWhole()
        => Assert.Equal(
            File.ReadAllText(Path.Combine(Page.Root, "samples/QuickStart/Program.cs")).ReplaceLineEndings("\n"),
            Readme.Blocks.First(block => block.Language == "csharp").Code);

    [Fact]
    public void QuickStart_Output_IsPrintedAsItIs()
    {
        var output = new StringWriter { NewLine = "\n" };
        TextWriter console = Console.Out;
        Console.SetOut(output);
        try
        {
            MethodInfo main = Assembly.Load("QuickStart").EntryPoint!;
            main.Invoke(null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
        }

        Assert.Equal(Readme.Blocks.First(block => block.Language == "text").Code, output.ToString());
    }

    [Fact]
    public void Commands_OfTheReadme_NameProjectsThatExist()
        => Assert.All(
            Readme.Text.Split("--project ").Skip(1).Select(rest => rest.Split(' ', '\n', '`')[0]),
            project => Assert.True(Directory.Exists(Path.Combine(Page.Root, project)), project));
}
