namespace KvCompose.Docs.Tests;

public sealed class LinkTests
{
    public static TheoryData<string> Paths => [.. Page.All.Select(page => page.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Links_OfEveryPage_LeadSomewhere(string path)
    {
        Page page = Page.Read(path);
        string[] dead = [.. page.Links.Where(link => !IsElsewhere(link) && !Exists(page, link))];
        Assert.True(dead.Length == 0, $"dead links in {path}: {string.Join(", ", dead)}");
    }

    [Fact]
    public void Pages_AllOfDocs_AreReachedFromTheReadme()
    {
        var reached = new HashSet<string> { "README.md" };
        var waiting = new Queue<string>(reached);
        while (waiting.TryDequeue(out string? path))
        {
            foreach (string target in Page.Read(path).Links.Where(link => !IsElsewhere(link)).Select(link => TargetOf(path, link.Split('#')[0])))
            {
                if (target.EndsWith(".md", StringComparison.Ordinal) && File.Exists(Path.Combine(Page.Root, target)) && reached.Add(target))
                {
                    waiting.Enqueue(target);
                }
            }
        }

        Assert.Empty(Page.All.Select(page => page.Path).Where(path => path.StartsWith("docs/", StringComparison.Ordinal)).Except(reached));
    }

    [Theory]
    [InlineData("A new stage", "a-new-stage")]
    [InlineData("Options of `[CakeBudget]`", "options-of-cakebudget")]
    [InlineData("int8, int4 and fp16", "int8-int4-and-fp16")]
    public void AnchorOf_Heading_IsWhatGitHubMakes(string heading, string anchor) => Assert.Equal(anchor, Page.AnchorOf(heading));

    [Fact]
    public void Links_DeadOnes_AreFound()
    {
        var page = new Page("docs/some.md", "# Some\n[a](nowhere.md) [b](#some) [c](#other) [`d`](../README.md) ![e](no.png)\n```\n[f](no.md)\n```\n");
        Assert.Equal(["nowhere.md", "#other"], page.Links.Where(link => !IsElsewhere(link) && !Exists(page, link)));
    }

    private static bool IsElsewhere(string link) => link.StartsWith("http://", StringComparison.Ordinal) || link.StartsWith("https://", StringComparison.Ordinal);

    private static string TargetOf(string page, string link)
        => link.Length == 0 ? page : Path.GetRelativePath(Page.Root, Path.GetFullPath(Path.Combine(Page.Root, Path.GetDirectoryName(page)!, link))).Replace('\\', '/');

    private static bool Exists(Page page, string link)
    {
        string[] parts = link.Split('#', 2);
        string target = TargetOf(page.Path, parts[0]), full = Path.Combine(Page.Root, target);
        if (parts[0].Length > 0 && !File.Exists(full) && !Directory.Exists(full))
        {
            return false;
        }

        return parts.Length == 1 || (parts[0].Length == 0 ? page : Page.Read(target)).Anchors.Contains(parts[1]);
    }
}
