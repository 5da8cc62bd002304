//! Imports that are too large to be answered at once: the job, the body as it came, and its rows sorted by form.

use sea_orm_migration::prelude::*;

use crate::columns::{
    cascade, flag, id, index, moment, moment_null, number, number_null, small, tables, text, text_null,
};

tables! {
    (
        vec![
            Table::create()
                .table("import_jobs")
                .col(id())
                .col(text("sent_by"))
                .col(text("sender"))
                .col(text("asked"))
                .col(text("sha256"))
                .col(number("bytes"))
                .col(text("state"))
                .col(flag("is_cancelled"))
                .col(text_null("runner"))
                .col(moment_null("lease_until"))
                .col(small("attempts"))
                .col(text("place"))
                .col(text("progress"))
                .col(text("errors"))
                .col(number_null("import_id"))
                .col(moment("created_at"))
                .col(moment_null("ended_at"))
                .col(flag("is_cleared"))
                .to_owned(),
            Table::create()
                .table("import_job_chunks")
                .col(id())
                .col(number("job_id"))
                .col(ColumnDef::new("body").blob().not_null())
                .foreign_key(&mut cascade("job_id", "import_jobs"))
                .to_owned(),
            Table::create()
                .table("import_job_pieces")
                .col(id())
                .col(number("job_id"))
                .col(text("form"))
                .col(number("rows"))
                .col(number("bytes"))
                .col(text("body"))
                .foreign_key(&mut cascade("job_id", "import_jobs"))
                .to_owned(),
        ],
        vec![
            index("import_jobs_by_sender", "import_jobs", &["sent_by", "id"]),
            index("import_jobs_open", "import_jobs", &["is_cleared", "id"]),
            index("import_job_chunks_by_job", "import_job_chunks", &["job_id", "id"]),
            index("import_job_pieces_by_form", "import_job_pieces", &["job_id", "form", "id"]),
        ],
    );
    drop "import_job_pieces", "import_job_chunks", "import_jobs"
}
