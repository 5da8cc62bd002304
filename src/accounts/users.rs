//! What administrators do to accounts, and everybody to their own password.

use std::net::IpAddr;

use aws_lc_rs::rand;
use jixiao_core::workflow::{Action, Role};

use super::entity::user;
use super::manage::{self, AccountError};
use super::sign_in::Grant;
use super::throttle::Counters;
use super::user_store::{self, NewPassword, Standing, UserRow};
use super::user_wire::{NewUserInput, PasswordChange, UserPatch};
use super::wire::Hidden;
use super::{Accounts, canonical};
use crate::http::{ApiError, ErrorCode, FieldError, IfMatch, Principal, etag};

/// What first passwords are made of: no letter or digit that is taken for another when it is read out.
const READABLE: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Groups of a first password, and characters of each: 100 bits.
const GROUPS: usize = 4;
/// See [`GROUPS`].
const GROUP: usize = 5;

impl Accounts {
    /// Makes an account. Its first password, if none was given.
    pub(super) async fn create_user(
        &self,
        actor: &Principal,
        new: NewUserInput,
    ) -> Result<(user::Model, Option<String>), ApiError> {
        let NewUserInput { username, role, unit, region_code: region, password } = new;
        let username = canonical(&username);
        let conn = self.db().reader();
        let mut errors = manage::misfits(conn, role, unit.as_ref(), region.as_ref()).await?;
        if !manage::is_name(&username) {
            errors.push(AccountError::BadName);
        }
        let initial = if password.is_none() { Some(first_password(&username)?) } else { None };
        if let Some(given) = &password {
            let checked = manage::check_password(conn, &username, unit.as_ref(), given).await?;
            errors.extend(checked.err());
        }
        refuse(&errors)?;
        let secret = password.or_else(|| initial.clone().map(Hidden::from));
        let secret = secret.map(|secret| secret.reveal().to_owned()).unwrap_or_default();
        let password_hash = self.passwords().hash(secret).await?;
        let mut work = self.db().begin(actor).await?;
        let row = UserRow { username, password_hash, role, unit, region, must_change: true };
        let row = manage::insert(&mut work, row).await?;
        work.commit().await?;
        Ok((row, initial))
    }

    /// Changes what an administrator decides about an account. What changes nothing ends no session.
    pub(super) async fn change_user(
        &self,
        actor: &Principal,
        username: &str,
        if_match: &IfMatch,
        patch: impl FnOnce(UserPatch) -> Result<UserPatch, ApiError>,
    ) -> Result<user::Model, ApiError> {
        let mut work = self.db().begin(actor).await?;
        let admins = user_store::hold_admins(&work).await?;
        let current = user_store::hold_user_by_name(&work, &canonical(username)).await?;
        let current = current.ok_or_else(ApiError::not_found)?;
        if_match.check(&etag(current.id, current.version))?;
        let before = Standing::from(&current);
        let after = Standing::from(patch(before.clone().into())?);
        refuse(&manage::misfits(work.conn(), after.role, after.unit.as_ref(), after.region.as_ref()).await?)?;
        if after == before {
            return Ok(current);
        }
        if after.disabled || after.role != Role::Admin {
            if current.username == actor.username {
                return Err(ApiError::new(ErrorCode::OwnAccount).detail(
                    "不能停用自己的账号，也不能取消自己的管理员角色：请由另一位管理员操作",
                    "You cannot disable yourself or give up your own role; ask another administrator",
                ));
            }
            if admins == [current.id] {
                return Err(ApiError::new(ErrorCode::LastAdmin).detail(
                    "这是最后一个可用的管理员：请先新建或启用另一个",
                    "This is the last enabled administrator: make or enable another one first",
                ));
            }
        }
        let row = user_store::set_standing(&mut work, &current, after).await?;
        work.commit().await?;
        Ok(row)
    }

    /// Gives an account a new first password, whose holder then has to change it, and clears its failures.
    pub(super) async fn reset_password(
        &self,
        actor: &Principal,
        username: &str,
    ) -> Result<(user::Model, String), ApiError> {
        let username = canonical(username);
        if username == actor.username {
            // The old password is asked for there; a stolen token must not be enough to take an account over.
            return Err(ApiError::new(ErrorCode::OwnAccount).detail(
                "自己的口令请用 POST /api/v1/auth/password 修改",
                "Change your own password by POST /api/v1/auth/password",
            ));
        }
        let known = user_store::user_by_name(self.db().reader(), &username).await?;
        known.ok_or_else(ApiError::not_found)?;
        let initial = first_password(&username)?;
        let hash = self.passwords().hash(initial.clone()).await?;
        let mut work = self.db().begin(actor).await?;
        let current = user_store::hold_user_by_name(&work, &username).await?;
        let current = current.ok_or_else(ApiError::not_found)?;
        let row = user_store::set_password(&mut work, &current, hash, NewPassword::Reset).await?;
        Counters::of(self.limits(), &username, None).succeeded(&work).await?;
        work.commit().await?;
        Ok((row, initial))
    }

    /// Changes the caller's own password, ends every other session, and goes on in a new one of the same scope.
    pub(super) async fn change_password(
        &self,
        caller: &Principal,
        change: PasswordChange,
        address: Option<IpAddr>,
    ) -> Result<Grant, ApiError> {
        self.expect_ready_to_sign().await?;
        let PasswordChange { current_password, new_password } = change;
        let counters = Counters::of(self.limits(), &caller.username, address);
        counters.check(self.db().reader(), self.now()).await?;
        let conn = self.db().reader();
        let known = user_store::user_by_name(conn, &caller.username).await?;
        let known = known.ok_or_else(super::tokens::refused)?;
        let unit = known.unit_code.clone().map(|unit| unit.0);
        let mut errors = Vec::new();
        let checked = manage::check_password(conn, &known.username, unit.as_ref(), &new_password).await?;
        if let Err(AccountError::BadPassword(why)) = checked {
            errors.push(FieldError::new("/new_password", "weak_password", why.zh, why.en));
        } else if new_password == current_password {
            let (zh, en) = ("新口令与现用口令相同", "The new password is the one so far");
            errors.push(FieldError::new("/new_password", "unchanged", zh, en));
        }
        let hash = Some(known.password_hash.0.clone());
        let old = self.passwords().compare(current_password.reveal().to_owned(), hash).await?;
        let new = self.passwords().hash(new_password.reveal().to_owned()).await?;

        let mut work = self.db().begin(caller).await?;
        let current = user_store::hold_user_by_name(&work, &known.username).await?;
        let current = current.filter(|current| {
            old.is_right && !current.disabled && current.password_hash == known.password_hash
        });
        let Some(current) = current else {
            let outcome = counters.failed(&work).await?;
            work.commit().await?;
            outcome?;
            let (zh, en) = ("现用口令不正确", "This is not the password so far");
            errors.push(FieldError::new("/current_password", "wrong_password", zh, en));
            return Err(ApiError::invalid(errors));
        };
        counters.check(work.conn(), work.now()).await?;
        if !errors.is_empty() {
            return Err(ApiError::invalid(errors));
        }
        let account = user_store::set_password(&mut work, &current, new, NewPassword::Changed).await?;
        counters.succeeded(&work).await?;
        let grant = self.new_session(&work, &account, caller.narrowed_to.clone()).await?;
        work.commit().await?;
        Ok(grant)
    }
}

/// What the token of this caller lets do now.
pub(super) fn allowed(caller: &Principal) -> Vec<Action> {
    Action::ALL.into_iter().filter(|action| caller.may(*action)).collect()
}

fn refuse(errors: &[AccountError]) -> Result<(), ApiError> {
    let fields: Vec<FieldError> = errors.iter().filter_map(AccountError::as_field).collect();
    if fields.is_empty() { Ok(()) } else { Err(ApiError::invalid(fields)) }
}

impl From<Standing> for UserPatch {
    fn from(standing: Standing) -> Self {
        let Standing { role, unit, region, disabled } = standing;
        Self { role, unit, region_code: region, disabled }
    }
}

impl From<UserPatch> for Standing {
    fn from(patch: UserPatch) -> Self {
        let UserPatch { role, unit, region_code, disabled } = patch;
        Self { role, unit, region: region_code, disabled }
    }
}

/// A random password that can be read out over the telephone.
fn first_password(username: &str) -> Result<String, ApiError> {
    loop {
        let groups = (0..GROUPS).map(|_| readable(GROUP)).collect::<Result<Vec<_>, _>>()?;
        let password = groups.join("-");
        if super::check_password(&password, &[username]).is_ok() {
            return Ok(password);
        }
    }
}

/// So many random characters of 5 bits each.
pub(super) fn readable(length: usize) -> Result<String, ApiError> {
    let mut bytes = vec![0; length];
    rand::fill(&mut bytes).map_err(ApiError::internal)?;
    // Thirty-two characters: every byte picks one, all of them alike.
    let character = |byte: &u8| READABLE.get(usize::from(*byte) % READABLE.len()).map(|c| char::from(*c));
    Ok(bytes.iter().filter_map(character).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_passwords_are_random_readable_and_within_the_rules() {
        let made: std::collections::BTreeSet<String> =
            (0..200).map(|_| first_password("zhangwei").unwrap()).collect();
        assert_eq!(made.len(), 200);
        for password in made {
            assert_eq!(password.len(), GROUPS * GROUP + GROUPS - 1, "{password}");
            assert!(!password.contains(['0', 'o', '1', 'l']), "{password}");
        }
    }

    #[test]
    fn every_character_of_a_first_password_is_as_likely_as_another() {
        assert_eq!(256 % READABLE.len(), 0);
    }
}
